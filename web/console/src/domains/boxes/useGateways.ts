import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

/** A call that answers nothing; refusals are thrown. */
const done = async (call: Promise<unknown>): Promise<true> => {
  await call
  return true
}

type Schemas = components['schemas']
export type GatewayRow = Schemas['GatewayRow']
export type ProtocolRow = Schemas['ProtocolRow']
export type DeploymentRow = Schemas['DeploymentRow']
export type Differences = Schemas['Differences']

const at = (gatewayId: string) => ({ params: { path: { gateway_id: Number(gatewayId) } } })
const of = (protocolId: string) => ({ params: { path: { protocol_id: Number(protocolId) } } })
const put = (deploymentId: string) => ({ params: { path: { deployment_id: Number(deploymentId) } } })

const TONES: Record<string, Tone> = {
  waiting: 'idle',
  running: 'busy',
  done: 'ok',
  failed: 'bad',
  superseded: 'idle',
}
export const deploymentTone = (state: string): Tone => TONES[state] ?? 'idle'

export const useGateways = () => useResource(() => answer(api.GET('/api/console/edge/gateways')))

export const useGateway = (gatewayId: () => string) =>
  useResource(() => answer(api.GET('/api/console/edge/gateways/{gateway_id}', at(gatewayId()))), [gatewayId])

export const useDrivers = () => useResource(() => answer(api.GET('/api/console/edge/gateways/drivers')))

export const useInterconnect = (gatewayId: () => string, allowed: () => boolean) =>
  useResource(
    () =>
      allowed()
        ? answer(api.GET('/api/console/edge/gateways/{gateway_id}/interconnect', at(gatewayId())))
        : null,
    [gatewayId],
  )

export const useDeployments = (gatewayId: () => string, state: ListState) =>
  useResource(
    () =>
      answer(
        api.GET('/api/console/edge/gateways/{gateway_id}/deployments', {
          params: {
            path: { gateway_id: Number(gatewayId()) },
            query: { pageNo: state.page.value, pageSize: state.size.value },
          },
        }),
      ),
    [gatewayId, state.page, state.size],
  )

export const useDeployment = (deploymentId: () => string) =>
  useResource(
    () => answer(api.GET('/api/console/edge/deployments/{deployment_id}', put(deploymentId()))),
    [deploymentId],
  )

export function useGatewayActions(gatewayId: () => string, reload: () => Promise<unknown>) {
  const after = <A extends unknown[], T>(act: (...args: A) => Promise<T>) =>
    useAction(async (...args: A) => {
      const result = await act(...args)
      await reload()
      return { result }
    })
  return {
    addProtocol: after((driverId: string, version: string) =>
      answer(
        api.POST('/api/console/edge/gateways/{gateway_id}/protocols', {
          ...at(gatewayId()),
          body: { driverId, version },
        }),
      ),
    ),
    rename: after((name: string) =>
      api.PUT('/api/console/edge/gateways/{gateway_id}', { ...at(gatewayId()), body: { name } }),
    ),
    upgrade: after((protocolId: string, version: string) =>
      done(api.PUT('/api/console/edge/protocols/{protocol_id}', { ...of(protocolId), body: { version } })),
    ),
    removeProtocol: after((protocolId: string) =>
      done(api.DELETE('/api/console/edge/protocols/{protocol_id}', of(protocolId))),
    ),
    interconnect: after((on: boolean, user: string, password: string) =>
      done(
        api.PUT('/api/console/edge/gateways/{gateway_id}/interconnect', {
          ...at(gatewayId()),
          body: { on, user, password },
        }),
      ),
    ),
    deploy: after((offline: number, force: boolean) =>
      answer(
        api.POST('/api/console/edge/gateways/{gateway_id}/deployments', {
          ...at(gatewayId()),
          body: { offline, force },
        }),
      ),
    ),
    rollBack: after((deploymentId: string, offline: number) =>
      answer(
        api.POST('/api/console/edge/deployments/{deployment_id}/roll-back', {
          ...put(deploymentId),
          body: { offline },
        }),
      ),
    ),
  }
}
