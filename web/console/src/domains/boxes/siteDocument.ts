/** The car parks of a box as their document has them (`protocols/parking_site.py`). */
export interface Space {
  parkingSpaceId: string
  name?: string
  type?: string
}
export interface Area {
  areaId: string
  name?: string
  parentAreaId?: string
  totalCount?: number
  spaceId?: string
  spaces?: Space[]
}
export interface Barrier {
  barrierId: string
  barrierName?: string
  areaId: string
  direction: 'IN' | 'OUT'
  device?: string
  spaceId?: string
}
export interface Price {
  freeMinutes: number
  hourFen: number
  dayFen?: number | null
}
export interface Lot {
  parkingLotId: string
  name?: string
  totalCount?: number
  spaceId?: string
  price?: Price
  holdUnpaid?: boolean
  visitorsFree?: boolean
  emergencyPlates?: string[]
  areas: Area[]
  barriers: Barrier[]
}

/** A name within the document, which none of `taken` has. */
export function freshId(before: string, taken: readonly string[]): string {
  let number = taken.length + 1
  while (taken.includes(`${before}${number}`)) number += 1
  return `${before}${number}`
}

export function newLot(lots: readonly Lot[]): Lot {
  const id = freshId(
    'lot',
    lots.map((lot) => lot.parkingLotId),
  )
  return { parkingLotId: id, name: '', totalCount: 0, areas: [{ areaId: 'area1', name: '' }], barriers: [] }
}

/** `null`: it is no document that the form can show. */
export function readSite(text: string): Lot[] | null {
  if (!text.trim()) return []
  try {
    const read = JSON.parse(text) as { lots?: unknown }
    if (!Array.isArray(read.lots)) return null
    const lots = read.lots as Partial<Lot>[]
    if (!lots.every((lot) => lot && typeof lot === 'object' && typeof lot.parkingLotId === 'string'))
      return null
    return lots.map((lot) => ({ ...lot, areas: lot.areas ?? [], barriers: lot.barriers ?? [] }) as Lot)
  } catch {
    return null
  }
}

/** Without what says nothing, so that the box's own defaults count. */
export function writeSite(lots: readonly Lot[]): string {
  return lots.length
    ? JSON.stringify({ lots }, (_, value: unknown) => (value === '' ? undefined : value))
    : ''
}

/** What is missing before it can be saved; keys of texts. */
export function missingOf(lots: readonly Lot[]): string[] {
  return [
    ...(lots.some((lot) => !lot.name?.trim()) ? ['name'] : []),
    ...(lots.some((lot) => lot.areas.some((area) => !area.name?.trim())) ? ['area'] : []),
    ...(lots.some((lot) => lot.barriers.some((barrier) => !barrier.barrierName?.trim())) ? ['barrier'] : []),
  ]
}
