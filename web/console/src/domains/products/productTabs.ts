import { defineAsyncComponent, type Component } from 'vue'
import type { ProductDetail } from './useProducts'

export interface ProductTab {
  /** Part of the page's address. */
  name: string
  titleKey: string
  /** Gets `product` and may emit `changed`. */
  component: Component
  /** Left out: every product has it. */
  shows?: (product: ProductDetail) => boolean
}

/** What a product's page is made of, in this order. Add a line to add a tab. */
export const PRODUCT_TABS: readonly ProductTab[] = [
  {
    name: 'model',
    titleKey: 'products.tabs.model',
    component: defineAsyncComponent(() => import('./ModelTab.vue')),
  },
  {
    name: 'topics',
    titleKey: 'products.tabs.topics',
    component: defineAsyncComponent(() => import('./TopicsTab.vue')),
  },
  {
    name: 'connect',
    titleKey: 'connections.tab',
    component: defineAsyncComponent(() => import('@/domains/connections/ConnectTab.vue')),
  },
  {
    name: 'script',
    titleKey: 'devicestate.parsing.tab',
    component: defineAsyncComponent(() => import('./ScriptTab.vue')),
  },
  {
    name: 'settings',
    titleKey: 'products.tabs.settings',
    component: defineAsyncComponent(() => import('./SettingsTab.vue')),
  },
]
