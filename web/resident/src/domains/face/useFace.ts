import type { FaceCalls, FaceWish } from '@linli/phone'
import { useResource } from '@linli/shared/phone'
import { answer, api } from '@/api/client'
import type { useCommunity } from '@/app/useCommunity'

/** The resident's face in the chosen community, with what was taken back before. */
export function useFace(community: ReturnType<typeof useCommunity>): FaceCalls {
  const path = () => {
    const id = community.id.value
    return id ? { community_id: Number(id) } : null
  }
  const face = useResource(() => {
    const at = path()
    return at
      ? answer(api.GET('/api/resident/communities/{community_id}/face', { params: { path: at } }))
      : null
  }, [community.id])
  const erasures = useResource(() => {
    const at = path()
    return at
      ? answer(api.GET('/api/resident/communities/{community_id}/face/erasures', { params: { path: at } }))
      : null
  }, [community.id])
  async function save(wish: FaceWish) {
    const at = path()
    if (!at) return
    await api.POST('/api/resident/communities/{community_id}/face', { params: { path: at }, body: wish })
    await face.reload()
  }
  async function withdraw() {
    const at = path()
    if (!at) return
    await api.DELETE('/api/resident/communities/{community_id}/face', { params: { path: at } })
    await Promise.all([face.reload(), erasures.reload()])
  }
  async function look(picture: string) {
    const at = path()
    if (!at) return null
    return answer(
      api.POST('/api/resident/communities/{community_id}/face/look', {
        params: { path: at },
        body: { picture },
      }),
    )
  }
  return { face, erasures, save, withdraw, look }
}
