import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type MaskBox = components['schemas']['MaskBox']

export const WHOLE = 10_000
/** The least side of a mask. */
export const LEAST = 100
export const MOST_MASKS = 8

export function useMasks(communityId: () => string, cameraId: () => string) {
  const at = () => ({
    params: { path: { community_id: Number(communityId()), camera_id: Number(cameraId()) } },
  })
  return {
    read: () => answer(api.GET('/api/console/communities/{community_id}/cameras/{camera_id}/masks', at())),
    keep: async (boxes: MaskBox[]) => {
      await api.PUT('/api/console/communities/{community_id}/cameras/{camera_id}/masks', {
        ...at(),
        body: { boxes },
      })
      return true
    },
  }
}

type Point = readonly [number, number]

/** The box between two corners, within the picture; null: too small to be meant. */
export function boxBetween(first: Point, second: Point): MaskBox | null {
  const inside = (value: number) => Math.round(Math.min(Math.max(value, 0), WHOLE))
  const [left, right] = [first[0], second[0]].map(inside).sort((a, b) => a - b) as [number, number]
  const [top, bottom] = [first[1], second[1]].map(inside).sort((a, b) => a - b) as [number, number]
  const box = { left, top, width: right - left, height: bottom - top }
  return Math.min(box.width, box.height) < LEAST ? null : box
}

/** A box with one side changed, and the others made to fit. */
export function withSide(box: MaskBox, side: keyof MaskBox, value: number): MaskBox {
  const next = { ...box, [side]: Math.round(Math.min(Math.max(value, 0), WHOLE)) }
  next.left = Math.min(next.left, WHOLE - LEAST)
  next.top = Math.min(next.top, WHOLE - LEAST)
  next.width = Math.min(Math.max(next.width, LEAST), WHOLE - next.left)
  next.height = Math.min(Math.max(next.height, LEAST), WHOLE - next.top)
  return next
}
