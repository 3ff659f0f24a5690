export { LightButton } from './button'
export { LightCheckbox } from './checkbox'
export { default as LightAlert } from './LightAlert.vue'
export { default as LightField } from './LightField.vue'
export { default as LightTag } from './LightTag.vue'
export { configureElement } from './real'
export { default as LightChoice } from './LightChoice.vue'
export { LazyDialog, LazyDrawer } from './overlay'
export { LightOption } from './option'
export { LazySelect } from './select'

/** What the first press on a list may need, to be fetched while nobody waits for anything. */
export async function fetchParts(): Promise<void> {
  await Promise.all([import('./realSelect'), import('./dialog'), import('./drawer')]).catch(() => undefined)
}
