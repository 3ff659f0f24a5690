import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: 'firmware',
    name: 'firmware',
    component: () => import('./FirmwarePage.vue'),
    meta: { titleKey: 'firmware.title' },
  },
  {
    path: 'firmware/campaigns',
    name: 'campaigns',
    component: () => import('./CampaignsPage.vue'),
    meta: { titleKey: 'firmware.campaigns.title', place: 'firmware' },
  },
  {
    path: 'firmware/campaigns/:campaignId(\\d+)',
    name: 'campaign',
    component: () => import('./CampaignPage.vue'),
    props: true,
    meta: { titleKey: 'firmware.campaigns.one', place: 'firmware' },
  },
] satisfies RouteRecordRaw[]
