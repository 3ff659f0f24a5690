import type { App, Component, Ref } from 'vue'
import type { ConfigProviderContext } from 'element-plus'

/** What Element Plus is told, and what has come of it: no first view brings the library itself along. */
export const real: {
  app?: App
  config?: Ref<ConfigProviderContext>
  /** Once a list that drops down has come. */
  option?: Component
} = {}

/** Language and habits of all parts of Element Plus, which take them up when the first of them comes. */
export function configureElement(app: App, config: Ref<ConfigProviderContext>): void {
  real.app = app
  real.config = config
}
