import { computed, ref, shallowRef, watch } from 'vue'
import { pageName, useLive } from '@linli/shared/phone'
import { answer, api, type Schemas } from '@/api/client'

export type TerminalCall = Schemas['TerminalCall']
export type OwnCall = Schemas['OwnCall']

/** The calls at this terminal: it rings as long as the line of this page is open. */
export function useCalls(changed: { notices: () => void; lost: () => void }) {
  const page = pageName()
  const calls = shallowRef<TerminalCall[]>([])
  const own = shallowRef<OwnCall | null>(null)
  const on = ref(true)

  async function look(): Promise<void> {
    try {
      const now = await answer(api.GET('/api/terminal/calls', { params: { query: { page } } }))
      calls.value = now.calls
      own.value = now.own ?? null
      on.value = now.on
    } catch {
      // The line, opened again, brings the next look.
    }
  }

  const live = useLive<unknown>(
    () => `/api/terminal/live?${new URLSearchParams({ page })}`,
    ['calls', 'notices', 'missed'],
    ({ topic }) => (topic === 'notices' ? changed.notices() : void look()),
  )
  watch(live.state, (state) => {
    if (state === 'lost') changed.lost()
    if (state === 'live') changed.notices()
  })
  const current = computed(() => calls.value.find((call) => call.state === 'talks') ?? calls.value[0] ?? null)
  return { page, calls, current, own, on, live, look }
}
