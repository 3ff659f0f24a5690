import { useI18n } from 'vue-i18n'
import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type KeyRow = components['schemas']['KeyRow']
export type ProjectRow = components['schemas']['ProjectRow']
export type NewKey = components['schemas']['NewAppKey']

export function useKeys() {
  const projects = useResource(() => answer(api.GET('/api/console/projects')))
  const keys = useResource(() => answer(api.GET('/api/console/keys')))
  const services = useResource(() => answer(api.GET('/api/console/services')))
  const path = (appKey: string) => ({ params: { path: { app_key: appKey } } })

  const createProject = useAction(async (name: string) => {
    const created = await answer(api.POST('/api/console/projects', { body: { name } }))
    await projects.reload()
    return created
  })
  const createKey = useAction(async (projectId: string, name: string) => {
    const created = await answer(api.POST('/api/console/keys', { body: { projectId, name } }))
    await keys.reload()
    return created
  })
  const rotate = useAction((appKey: string) =>
    answer(api.POST('/api/console/keys/{app_key}/rotate', path(appKey))),
  )
  const change = useAction(async (appKey: string, body: components['schemas']['KeyChange']) => {
    await api.PUT('/api/console/keys/{app_key}', { ...path(appKey), body })
    await keys.reload()
    return true
  })
  const setCommunities = useAction(async (projectId: string, communityIds: number[]) => {
    await api.PUT('/api/console/projects/{project_id}/communities', {
      params: { path: { project_id: projectId } },
      body: { communityIds },
    })
    await projects.reload()
    return true
  })
  return { projects, keys, services, createProject, createKey, rotate, change, setCommunities }
}

/** A service by the name people know; one that is new here shows its own. */
export function useServiceName() {
  const { t, te } = useI18n()
  return (service: string) =>
    te(`integrations.service.${service}`) ? t(`integrations.service.${service}`) : service
}
