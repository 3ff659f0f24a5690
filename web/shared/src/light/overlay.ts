import {
  defineComponent,
  h,
  mergeProps,
  nextTick,
  onScopeDispose,
  ref,
  shallowRef,
  watch,
  type Component,
} from 'vue'
import type { ElDialog, ElDrawer } from 'element-plus'

/** Dialogs and drawers end the body, where their headers and footers would be taken for those of the page. */
function tameLandmarks(): void {
  const parts = ['dialog', 'drawer'].flatMap((name) => [`.el-${name}__header`, `.el-${name}__footer`])
  for (const part of document.querySelectorAll(parts.join())) part.setAttribute('role', 'presentation')
}

/** What has the focus may go away, or be shut off, as a button that was pressed: the focus stays in the overlay. */
function keepFocus(): () => void {
  const panel = document.activeElement?.closest<HTMLElement>('.el-dialog, .el-drawer')
  const start = panel?.querySelector<HTMLElement>('.el-drawer__sr-focus') ?? panel
  const watcher = new MutationObserver(() =>
    setTimeout(() => document.activeElement === document.body && start?.focus({ preventScroll: true })),
  )
  if (panel) watcher.observe(panel, { childList: true, subtree: true, attributeFilter: ['disabled'] })
  return () => watcher.disconnect()
}

/**
 * An overlay that is made when it is first opened: most pages have several, and each cost its share of the first
 * drawing of the page without ever being seen.
 */
function whenOpened(load: () => Promise<Component>) {
  return defineComponent({
    inheritAttrs: false,
    props: { modelValue: Boolean },
    setup(props, { attrs, slots }) {
      const component = shallowRef<Component>()
      const open = ref(false)
      let release = () => {}
      const onOpened = () => (release = keepFocus())
      const onClose = () => release()
      onScopeDispose(onClose)
      watch(
        () => props.modelValue,
        async (wanted) => {
          if (wanted && !component.value) {
            component.value = await load()
            await nextTick() // drawn closed first: it tells that it has opened only when it sees itself opened
          }
          open.value = props.modelValue
        },
        { immediate: true },
      )
      return () =>
        component.value &&
        h(
          component.value,
          mergeProps(attrs, {
            modelValue: open.value,
            onOpen: tameLandmarks,
            onOpened,
            onClose,
          } as never),
          slots,
        )
    },
  })
}

export const LazyDialog = whenOpened(
  async () => (await import('./dialog')).ElDialog,
) as unknown as typeof ElDialog
export const LazyDrawer = whenOpened(
  async () => (await import('./drawer')).ElDrawer,
) as unknown as typeof ElDrawer
