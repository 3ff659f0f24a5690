import { useAction, useResource, type ListState, type Tone } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type CampaignRow = components['schemas']['CampaignRow']
export type CampaignDetail = components['schemas']['CampaignDetail']
export type CampaignForm = components['schemas']['CampaignForm']
export type UpgradeRow = components['schemas']['UpgradeRow']
export type UpgradeState = UpgradeRow['state']

const CAMPAIGN_TONES: Record<CampaignRow['state'], Tone> = {
  scheduled: 'idle',
  running: 'busy',
  paused: 'warn',
  stopped: 'bad',
  cancelled: 'idle',
  finished: 'ok',
  rolling_back: 'warn',
  rolled_back: 'idle',
}
export const campaignTone = (state: CampaignRow['state']): Tone => CAMPAIGN_TONES[state]

const UPGRADE_TONES: Record<UpgradeState, Tone> = {
  waiting: 'idle',
  notified: 'busy',
  downloading: 'busy',
  installing: 'busy',
  succeeded: 'ok',
  failed: 'bad',
  timed_out: 'bad',
  cancelled: 'idle',
  rolling_back: 'warn',
  rolled_back: 'warn',
}
export const upgradeTone = (state: UpgradeState): Tone => UPGRADE_TONES[state]

/** States as a person asks for them. */
export const GROUPS = {
  underWay: ['notified', 'downloading', 'installing', 'rolling_back'],
  waiting: ['waiting'],
  succeeded: ['succeeded'],
  lost: ['failed', 'timed_out', 'rolled_back'],
  cancelled: ['cancelled'],
} as const satisfies Record<string, readonly UpgradeState[]>
export type Group = keyof typeof GROUPS

export const isLost = (state: UpgradeState): boolean =>
  (GROUPS.lost as readonly UpgradeState[]).includes(state) || state === 'cancelled'

export function countOf(campaign: CampaignRow, group: Group): number {
  return GROUPS[group].reduce((sum, state) => sum + (campaign.counts[state] ?? 0), 0)
}

export function useCampaignList(state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/firmware-campaigns', {
          params: {
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              state: state.filter('state') || undefined,
              firmwareId: state.filter('firmwareId') ? Number(state.filter('firmwareId')) : undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters],
  )
}

export function useCampaign(id: () => string) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/firmware-campaigns/{campaign_id}', {
          params: { path: { campaign_id: Number(id()) } },
        }),
      ),
    [id],
  )
}

export function useUpgrades(id: () => string, state: ListState) {
  return useResource(
    () =>
      answer(
        api.GET('/api/console/firmware-campaigns/{campaign_id}/devices', {
          params: {
            path: { campaign_id: Number(id()) },
            query: {
              pageNo: state.page.value,
              pageSize: state.size.value,
              q: state.filter('q') || undefined,
              state: state.filter('state') ? GROUPS[state.filter('state') as Group]?.join(',') : undefined,
            },
          },
        }),
      ),
    [state.page, state.size, state.filters, id],
  )
}

export type Step = 'pause' | 'resume' | 'cancel' | 'roll-back'

export function useCampaignActions(id: () => string, after: () => Promise<void>) {
  const path = () => ({ path: { campaign_id: Number(id()) } })
  const step = useAction(async (name: Step) => {
    const params = path()
    if (name === 'pause') await api.POST('/api/console/firmware-campaigns/{campaign_id}/pause', { params })
    else if (name === 'resume')
      await api.POST('/api/console/firmware-campaigns/{campaign_id}/resume', { params })
    else if (name === 'cancel')
      await api.POST('/api/console/firmware-campaigns/{campaign_id}/cancel', { params })
    else await api.POST('/api/console/firmware-campaigns/{campaign_id}/roll-back', { params })
    await after()
  })
  const widen = useAction(async (percent: number) => {
    await api.POST('/api/console/firmware-campaigns/{campaign_id}/widen', {
      params: path(),
      body: { percent },
    })
    await after()
  })
  const retryAll = useAction(async () => {
    await api.POST('/api/console/firmware-campaigns/{campaign_id}/retry', { params: path() })
    await after()
  })
  const retryOne = useAction(async (upgradeId: string) => {
    await api.POST('/api/console/firmware-campaigns/{campaign_id}/devices/{upgrade_id}/retry', {
      params: { path: { campaign_id: Number(id()), upgrade_id: Number(upgradeId) } },
    })
    await after()
  })
  return { step, widen, retryAll, retryOne }
}

export function useStart() {
  const count = useAction(async (form: CampaignForm) => {
    const result = await answer(api.POST('/api/console/firmware-campaigns/count', { body: form }))
    return result.devices
  })
  const start = useAction(async (form: CampaignForm) => {
    const created = await answer(api.POST('/api/console/firmware-campaigns', { body: form }))
    return created.id
  })
  return { count, start }
}
