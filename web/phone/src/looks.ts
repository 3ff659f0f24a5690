import { ref } from 'vue'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const STORED = 'linli.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')

const stored = localStorage.getItem(STORED)
export const theme = ref<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system')

export function applyTheme(): void {
  const wanted = theme.value === 'dark' || (theme.value === 'system' && dark.matches)
  document.documentElement.classList.toggle('dark', wanted)
  document.documentElement.classList.toggle('van-theme-dark', wanted)
}

export function setTheme(value: Theme): void {
  theme.value = value
  localStorage.setItem(STORED, value)
  applyTheme()
}

dark.addEventListener('change', applyTheme)
