import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

export interface ListState {
  page: ComputedRef<number>
  size: ComputedRef<number>
  /** "column" ascending, "-column" descending, "" as the server likes. */
  sort: ComputedRef<string>
  filter: (name: string) => string
  filters: ComputedRef<Record<string, string>>
  anyFilter: ComputedRef<boolean>
  setFilter: (name: string, value: string | null) => void
  setFilters: (values: Record<string, string | null>) => void
  clearFilters: () => void
  setPage: (page: number) => void
  setSize: (size: number) => void
  setSort: (sort: string) => void
}

const firstValue = (query: LocationQuery, key: string): string => {
  const value = query[key]
  return (Array.isArray(value) ? value[0] : value) ?? ''
}

/** A list's filters, sort and page, kept in the URL so that a link shows what its sender saw. */
export function useListState(names: readonly string[], defaultSize = 20): ListState {
  const route = useRoute()
  const router = useRouter()

  const positive = (text: string, otherwise: number) => {
    const value = Number.parseInt(text, 10)
    return Number.isFinite(value) && value > 0 ? value : otherwise
  }
  const page = computed(() => positive(firstValue(route.query, 'page'), 1))
  const size = computed(() => Math.min(positive(firstValue(route.query, 'size'), defaultSize), 100))
  const sort = computed(() => firstValue(route.query, 'sort'))
  const filters = computed(() =>
    Object.fromEntries(
      names.map((name) => [name, firstValue(route.query, name)]).filter(([, value]) => value !== ''),
    ),
  )
  const anyFilter = computed(() => Object.keys(filters.value).length > 0)

  function change(patch: Record<string, string | null>) {
    const query: LocationQuery = { ...route.query }
    for (const [key, value] of Object.entries(patch)) {
      if (value === null || value === '') delete query[key]
      else query[key] = value
    }
    void router.replace({ query })
  }

  return {
    page,
    size,
    sort,
    filters,
    anyFilter,
    filter: (name) => firstValue(route.query, name),
    setFilter: (name, value) => change({ [name]: value, page: null }),
    setFilters: (values) => change({ ...values, page: null }),
    clearFilters: () => change({ ...Object.fromEntries(names.map((name) => [name, null])), page: null }),
    setPage: (value) => change({ page: value > 1 ? String(value) : null }),
    setSize: (value) => change({ size: value === defaultSize ? null : String(value), page: null }),
    setSort: (value) => change({ sort: value, page: null }),
  }
}
