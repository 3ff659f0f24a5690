import { ref } from 'vue'

const STORED = 'linli.folds'
const folds = ref<Record<string, boolean>>(read())

function read(): Record<string, boolean> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED) ?? '{}')
    return stored && typeof stored === 'object' ? (stored as Record<string, boolean>) : {}
  } catch {
    return {}
  }
}

/** Which groups of the navigation stand open, kept on this machine. */
export function useFolds() {
  return {
    isOpen: (key: string, unasked: boolean) => folds.value[key] ?? unasked,
    set(key: string, open: boolean): void {
      folds.value = { ...folds.value, [key]: open }
      localStorage.setItem(STORED, JSON.stringify(folds.value))
    },
  }
}
