import type { useResource } from '@linli/shared/phone'

type Resource<T> = ReturnType<typeof useResource<T>>

export interface Face {
  present: boolean
  pictureUrl: string | null
  denied: boolean
  consent: { how: string; givenMs: number; expiresMs: number | null } | null
  doors: { iotId: string; name: string; status: string; reason: string }[]
  textVersion: string
  text: string
}
export interface Erased {
  id: string
  askedMs: number
  finishedMs: number | null
  confirmed: number
  devices: unknown[]
}
export interface FaceWish {
  picture: string
  textVersion: string
  agreed: boolean
  guardian: string
  expiresMs: number | null
}
/** What a page gives the card of one's own face: both phones have the same calls at other addresses. */
export interface FaceCalls {
  face: Resource<Face>
  erasures: Resource<Erased[]>
  save: (wish: FaceWish) => Promise<void>
  withdraw: () => Promise<void>
  look: (picture: string) => Promise<{ good: boolean; hints: string[] } | null>
}
