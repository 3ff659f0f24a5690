import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type NodeRow = Schemas['NodeRow']
export type SearchResult = Schemas['SearchResult']

const of = (nodeId: string) => ({ params: { path: { node_id: Number(nodeId) } } })

export const useNode = (nodeId: () => string) =>
  useResource(() => answer(api.GET('/api/console/edge/nodes/{node_id}', of(nodeId()))), [nodeId])

export const useAccess = (nodeId: () => string) =>
  useResource(() => answer(api.GET('/api/console/edge/nodes/{node_id}/door-access', of(nodeId()))), [nodeId])

export const useAddBox = () =>
  useAction((body: Schemas['BoxForm']) => answer(api.POST('/api/console/edge/boxes', { body })))

export const useBegin = (nodeId: () => string) =>
  useAction((driverId: string) =>
    answer(
      api.POST('/api/console/edge/nodes/{node_id}/door-access', { ...of(nodeId()), body: { driverId } }),
    ),
  )

/** The box looks at which addresses of its network something answers. */
export const useSearch = (protocolId: () => string) =>
  useAction((network: string, port: number) =>
    answer(
      api.POST('/api/console/edge/protocols/{protocol_id}/search', {
        params: { path: { protocol_id: Number(protocolId()) } },
        body: { network, port },
      }),
    ),
  )

export const useBoxGateway = (gatewayId: () => string) =>
  useResource(
    () =>
      gatewayId()
        ? answer(
            api.GET('/api/console/edge/gateways/{gateway_id}', {
              params: { path: { gateway_id: Number(gatewayId()) } },
            }),
          )
        : null,
    [gatewayId],
  )

export const useDoorShape = (protocolId: () => string) =>
  useResource(
    () =>
      protocolId()
        ? answer(
            api.GET('/api/console/edge/protocols/{protocol_id}/shape', {
              params: { path: { protocol_id: Number(protocolId()) } },
            }),
          )
        : null,
    [protocolId],
  )

/** What the box said of each device of a deployment. */
export const useReports = (deploymentId: () => string) =>
  useResource(
    () =>
      deploymentId()
        ? answer(
            api.GET('/api/console/edge/deployments/{deployment_id}', {
              params: { path: { deployment_id: Number(deploymentId()) } },
            }),
          )
        : null,
    [deploymentId],
  )
