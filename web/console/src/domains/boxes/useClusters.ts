import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

/** A call that answers nothing; refusals are thrown. */
const done = async (call: Promise<unknown>): Promise<true> => {
  await call
  return true
}

type Schemas = components['schemas']
export type ClusterRow = Schemas['ClusterRow']
export type NodeRow = Schemas['NodeRow']
export type ComponentRow = Schemas['ComponentRow']
export type ClusterForm = Schemas['ClusterForm']
export type ReplacementDetail = Schemas['ReplacementDetail']

const at = (clusterId: string) => ({ params: { path: { cluster_id: Number(clusterId) } } })
const of = (nodeId: string) => ({ params: { path: { node_id: Number(nodeId) } } })

export function nodeTone(row: NodeRow): Tone {
  if (row.state === 'running') return row.online ? 'ok' : 'bad'
  return row.late || row.refusal ? 'warn' : row.state === 'unactivated' ? 'idle' : 'busy'
}

/** Key of the word for a box's state: 未激活, 激活中, 运行中, 离线, 替换中. */
export const nodeState = (row: NodeRow): string =>
  row.state === 'running' && !row.online ? 'offline' : row.state

const COMPONENT_TONES: Record<string, Tone> = {
  '': 'idle',
  asked: 'busy',
  approved: 'warn',
  refused: 'bad',
  deploying: 'busy',
  running: 'ok',
  stopped: 'idle',
  failed: 'bad',
  missing: 'idle',
  unknown: 'warn',
}
export const componentTone = (state: string): Tone => COMPONENT_TONES[state] ?? 'idle'

export function useClusterList(state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/edge/clusters', {
          params: {
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              q: state.filter('q') || undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters],
  )
}

export const useModels = () => useResource(() => answer(api.GET('/api/console/edge/clusters/models')))

export const useProjects = () =>
  useResource(() =>
    answer(api.GET('/api/console/app-platform/projects', { params: { query: { pageSize: 100 } } })),
  )

export const useCluster = (clusterId: () => string) =>
  useResource(() => answer(api.GET('/api/console/edge/clusters/{cluster_id}', at(clusterId()))), [clusterId])

export const useComponents = (clusterId: () => string) =>
  useResource(
    () => answer(api.GET('/api/console/edge/clusters/{cluster_id}/components', at(clusterId()))),
    [clusterId],
  )

export const useReplacement = (nodeId: () => string) =>
  useResource(() => answer(api.GET('/api/console/edge/nodes/{node_id}/replacement', of(nodeId()))), [nodeId])

export const useFailures = (nodeId: () => string) =>
  useResource(
    () => answer(api.GET('/api/console/edge/nodes/{node_id}/sync/failures', of(nodeId()))),
    [nodeId],
  )

export const useLabel = (nodeId: () => string) =>
  useResource(() => answer(api.GET('/api/console/edge/nodes/{node_id}/label', of(nodeId()))), [nodeId])

export const useReplaceable = (model: () => string) =>
  useResource(
    () => answer(api.GET('/api/console/edge/replaceable', { params: { query: { model: model() } } })),
    [model],
  )

export function useClusterActions(reload: () => Promise<unknown>) {
  const after = <A extends unknown[], T>(act: (...args: A) => Promise<T>) =>
    useAction(async (...args: A) => {
      const result = await act(...args)
      await reload()
      return { result }
    })
  return {
    create: useAction((body: ClusterForm) => answer(api.POST('/api/console/edge/clusters', { body }))),
    change: after((id: string, body: Schemas['ClusterChange']) =>
      done(api.PUT('/api/console/edge/clusters/{cluster_id}', { ...at(id), body })),
    ),
    remove: after((id: string) => done(api.DELETE('/api/console/edge/clusters/{cluster_id}', at(id)))),
    associate: after((id: string, projectId: string, communityId: number | null) =>
      done(
        api.PUT('/api/console/edge/clusters/{cluster_id}/association', {
          ...at(id),
          body: { projectId, communityId },
        }),
      ),
    ),
    dissociate: after((id: string) =>
      done(api.DELETE('/api/console/edge/clusters/{cluster_id}/association', at(id))),
    ),
    addNode: after((id: string, name: string, serialNumber: string) =>
      answer(
        api.POST('/api/console/edge/clusters/{cluster_id}/nodes', {
          ...at(id),
          body: { name, serialNumber },
        }),
      ),
    ),
    nameToDoors: after((id: string, doorAddress: string) =>
      done(api.PUT('/api/console/edge/nodes/{node_id}', { ...of(id), body: { doorAddress } })),
    ),
    removeNode: after((id: string) => done(api.DELETE('/api/console/edge/nodes/{node_id}', of(id)))),
    reset: after((id: string) => done(api.POST('/api/console/edge/nodes/{node_id}/reset', of(id)))),
    replace: after((id: string, serialNumber: string, model: string) =>
      answer(
        api.POST('/api/console/edge/nodes/{node_id}/replace', { ...of(id), body: { serialNumber, model } }),
      ),
    ),
    sync: after((id: string) => done(api.POST('/api/console/edge/nodes/{node_id}/sync', of(id)))),
  }
}

const part = (clusterId: string, code: string) => ({
  params: { path: { cluster_id: Number(clusterId), code } },
})

export function useComponentActions(clusterId: () => string, reload: () => Promise<unknown>) {
  const after = <A extends unknown[]>(act: (...args: A) => Promise<unknown>) =>
    useAction(async (...args: A) => {
      await act(...args)
      await reload()
      return true
    })
  return {
    ask: after((code: string, reason: string) =>
      done(
        api.POST('/api/console/edge/clusters/{cluster_id}/components/{code}/ask', {
          ...part(clusterId(), code),
          body: { reason },
        }),
      ),
    ),
    install: after((code: string, params: Record<string, unknown>, gatewayName: string) =>
      done(
        api.POST('/api/console/edge/clusters/{cluster_id}/components/{code}/install', {
          ...part(clusterId(), code),
          body: { params, gatewayName },
        }),
      ),
    ),
    configure: after((code: string, params: Record<string, unknown>) =>
      done(
        api.PUT('/api/console/edge/clusters/{cluster_id}/components/{code}', {
          ...part(clusterId(), code),
          body: { params },
        }),
      ),
    ),
    upgrade: after((code: string) =>
      done(
        api.POST('/api/console/edge/clusters/{cluster_id}/components/{code}/upgrade', {
          ...part(clusterId(), code),
          body: {},
        }),
      ),
    ),
    stop: after((code: string) =>
      done(
        api.POST('/api/console/edge/clusters/{cluster_id}/components/{code}/stop', part(clusterId(), code)),
      ),
    ),
    start: after((code: string) =>
      done(
        api.POST('/api/console/edge/clusters/{cluster_id}/components/{code}/start', part(clusterId(), code)),
      ),
    ),
    remove: after((code: string) =>
      done(api.DELETE('/api/console/edge/clusters/{cluster_id}/components/{code}', part(clusterId(), code))),
    ),
  }
}
