import { onScopeDispose, watch } from 'vue'
import type { Resource } from './useResource'

/** Load again every `everyMs` while what was loaded waits for something, and while the page is in sight. */
export function useLookAgain<T>(resource: Resource<T>, waits: (data: T) => boolean, everyMs = 3000): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  function set(): void {
    clearTimeout(timer)
    const { value } = resource.data
    if (value !== null && waits(value)) timer = setTimeout(look, everyMs)
  }
  function look(): void {
    if (document.hidden) set()
    else void resource.reload()
  }
  watch([resource.data, resource.problem], set, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))
}
