import { computed } from 'vue'
import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import { useCommunity } from '@/app/useCommunity'

/** Communities that a project serves, and making one more of the company's its own. */
export function useProjectCommunities(projectId: () => string) {
  const community = useCommunity()
  const projects = useResource(() => answer(api.GET('/api/console/projects')))
  const communityIds = computed(
    () => projects.data.value?.find((project) => project.projectId === projectId())?.communityIds ?? [],
  )
  const all = computed(() => community.options.value ?? [])
  const rows = computed(() => all.value.filter((item) => communityIds.value.includes(item.id)))
  const others = computed(() => all.value.filter((item) => !communityIds.value.includes(item.id)))
  const set = useAction(async (ids: readonly string[]) => {
    await api.PUT('/api/console/projects/{project_id}/communities', {
      params: { path: { project_id: projectId() } },
      body: { communityIds: ids.map(Number) },
    })
    await projects.reload()
    return true
  })
  const take = (id: string) => set.run([...communityIds.value, id])
  const leave = (id: string) => set.run(communityIds.value.filter((communityId) => communityId !== id))
  return { projects, communityIds, rows, others, set, take, leave, load: community.load }
}

/** Devices of a project: those in one community, or those that are in none yet. */
export function useCommunityDevices(
  projectId: () => string,
  communityId: () => string,
  inside: () => boolean,
  page: () => number,
) {
  const list = useResource(
    () =>
      answer(
        api.GET('/api/console/devices', {
          params: {
            query: {
              projectId: projectId(),
              communityId: inside() ? communityId() : 'none',
              pageNo: page(),
              pageSize: 20,
              sort: 'name',
            },
          },
        }),
      ),
    [projectId, communityId, inside, page],
  )
  /** One after the other; `progress` gets how many are done. */
  const move = useAction(
    async (iotIds: readonly string[], into: string | null, progress: (done: number) => void) => {
      for (const [index, iotId] of iotIds.entries()) {
        await api.PUT('/api/console/devices/{iot_id}/community', {
          params: { path: { iot_id: iotId } },
          body: { communityId: into === null ? null : Number(into) },
        })
        progress(index + 1)
      }
      return true
    },
  )
  return { list, move }
}
