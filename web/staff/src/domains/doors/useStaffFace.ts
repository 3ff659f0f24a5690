import type { FaceCalls, FaceWish } from '@linli/phone'
import { useResource } from '@linli/shared/phone'
import { answer, api } from '@/api/client'
import { useCommunity } from '@/app/useCommunity'

/** The calls behind a staff member's own face in the chosen community. */
export function useStaffFace(): FaceCalls {
  const community = useCommunity()
  async function at() {
    if (!community.all.value) await community.load()
    return { path: { community_id: Number(community.id.value ?? 0) } }
  }
  const face = useResource(
    async () => answer(api.GET('/api/console/communities/{community_id}/staff-face', { params: await at() })),
    [community.id],
  )
  const erasures = useResource(
    async () =>
      answer(api.GET('/api/console/communities/{community_id}/staff-face/erasures', { params: await at() })),
    [community.id],
  )
  async function save(wish: FaceWish) {
    await api.POST('/api/console/communities/{community_id}/staff-face', { params: await at(), body: wish })
    await face.reload()
  }
  async function withdraw() {
    await api.DELETE('/api/console/communities/{community_id}/staff-face', { params: await at() })
    await Promise.all([face.reload(), erasures.reload()])
  }
  async function look(picture: string) {
    return answer(
      api.POST('/api/console/communities/{community_id}/staff-face/look', {
        params: await at(),
        body: { picture },
      }),
    )
  }
  return { face, erasures, save, withdraw, look }
}
