import type { ImageSource, LngLatLike, StyleSpecification } from 'maplibre-gl'
import type { CommunityMap } from './useMap'

const METRES_A_DEGREE = 111_320
/** Where nothing is known of a place: the middle of the country, from afar. */
const NOWHERE: [number, number] = [104.2, 35.9]

export function centreOf(map: CommunityMap): [number, number] {
  if (map.lng !== null && map.lat !== null) return [map.lng, map.lat]
  const first = map.devices[0]
  return first ? [first.lng, first.lat] : NOWHERE
}

/** The corners of a plan laid around the centre, as MapLibre wants them: clockwise from the upper left. */
export function cornersOf(map: CommunityMap): Parameters<ImageSource['setCoordinates']>[0] | null {
  if (!map.plan) return null
  const [lng, lat] = centreOf(map)
  const east = map.plan.metres / 2 / (METRES_A_DEGREE * Math.cos((lat * Math.PI) / 180))
  const north = (map.plan.metres * map.plan.height) / map.plan.width / 2 / METRES_A_DEGREE
  return [
    [lng - east, lat + north],
    [lng + east, lat + north],
    [lng + east, lat - north],
    [lng - east, lat - north],
  ]
}

/** Whether anything lies under the marks. */
export const hasGround = (map: CommunityMap) => !!map.tiles || !!map.plan

/** Plain ground, the operator's tiles over it, the community's own plan over both; nothing where there is neither. */
export function styleOf(map: CommunityMap, ground: string): StyleSpecification {
  const corners = cornersOf(map)
  return {
    version: 8,
    sources: {
      ...(map.tiles ? { tiles: { type: 'raster', tiles: [map.tiles], tileSize: 256, maxzoom: 19 } } : {}),
      ...(map.plan && corners ? { plan: { type: 'image', url: map.plan.url, coordinates: corners } } : {}),
    },
    layers: [
      {
        id: 'ground',
        type: 'background',
        paint: { 'background-color': hasGround(map) ? ground : 'rgba(0, 0, 0, 0)' },
      },
      ...(map.tiles ? [{ id: 'tiles', type: 'raster' as const, source: 'tiles' }] : []),
      ...(map.plan ? [{ id: 'plan', type: 'raster' as const, source: 'plan' }] : []),
    ],
  }
}

/** What is seen at first: the whole plan, else all devices, else the place itself. */
export function boundsOf(map: CommunityMap): [LngLatLike, LngLatLike] | null {
  const corners = cornersOf(map)
  const points: [number, number][] = [
    ...(corners ? [corners[0], corners[2]] : []),
    ...map.devices.map((device): [number, number] => [device.lng, device.lat]),
  ]
  if (points.length < 2) return null
  const lngs = points.map(([lng]) => lng)
  const lats = points.map(([, lat]) => lat)
  return [
    [Math.min(...lngs), Math.min(...lats)],
    [Math.max(...lngs), Math.max(...lats)],
  ]
}
