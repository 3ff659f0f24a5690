import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue'
import type { components } from '@/api/schema'

export type Fault = components['schemas']['Fault']

interface Faults {
  /** What is wrong exactly there; empty if nothing. */
  at: (path: string) => string
  /** How many faults lie there or below. */
  below: (path: string) => number
}

const KEY: InjectionKey<ComputedRef<Faults>> = Symbol('faults')

const isBelow = (path: string, under: string) =>
  path === under || path.startsWith(`${under}.`) || path.startsWith(`${under}[`)

/** Let every form below show its own faults beside its fields. */
export function provideFaults(faults: () => readonly Fault[]): ComputedRef<Faults> {
  const result = computed<Faults>(() => {
    const all = faults()
    return {
      at: (path) =>
        all
          .filter((item) => item.path === path)
          .map((item) => item.message)
          .join(' '),
      below: (path) => all.filter((item) => isBelow(item.path, path)).length,
    }
  })
  provide(KEY, result)
  return result
}

export function useFaults(): ComputedRef<Faults> {
  return inject(
    KEY,
    computed(() => ({ at: () => '', below: () => 0 })),
  )
}
