import { onScopeDispose, ref, watch, type Ref } from 'vue'

/** How wide a picture is drawn, so that its coordinates are pixels and its words keep their size. `before`: until known. */
export function useDrawnWidth(frame: Ref<SVGElement | null>, before: number): Ref<number> {
  const width = ref(before)
  if (typeof ResizeObserver === 'undefined') return width
  const sizes = new ResizeObserver(() => {
    width.value = frame.value?.clientWidth || width.value
  })
  watch(frame, (now, gone) => {
    if (gone) sizes.unobserve(gone)
    if (now) sizes.observe(now)
  })
  onScopeDispose(() => sizes.disconnect())
  return width
}
