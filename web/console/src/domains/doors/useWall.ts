import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { answer, api } from '@/api/client'
import { useLiveTopics } from '@/app/useLiveTopics'
import type { PassRow } from './usePasses'

const MOST = 96
const REFRESH_MS = 60_000
/** Passes that come at the same moment are shown in one step. */
const GATHER_MS = 200
const PICTURE_MS = 1_500

/** Resolves once a picture can be drawn without a flash, or is not worth waiting for. */
async function drawn(url: string): Promise<void> {
  if (!url) return
  const picture = new Image()
  picture.src = url
  const enough = new Promise<void>((resolve) => setTimeout(resolve, PICTURE_MS))
  await Promise.race([picture.decode().catch(() => undefined), enough])
}

/**
 * The last passes of a community, newest first, as they happen. What was missed while the line was broken, the page
 * asleep or the stream too fast is read again from the list, so that nothing is left out.
 */
export function useWall(communityId: () => string | null, doors: () => readonly string[]) {
  const rows = shallowRef<PassRow[] | null>(null)
  const seen = new Set<string>()
  let coming: PassRow[] = []
  let gathering: ReturnType<typeof setTimeout> | undefined
  let turn = 0

  const wanted = (row: PassRow) => !doors().length || doors().includes(row.iotId)

  function add(passes: readonly PassRow[]): void {
    const fresh = passes.filter((row) => !seen.has(row.id) && wanted(row))
    if (!fresh.length) return
    fresh.forEach((row) => seen.add(row.id))
    rows.value = [...fresh, ...(rows.value ?? [])]
      .sort((a, b) => (a.id.length - b.id.length || (a.id < b.id ? -1 : 1)) * -1)
      .slice(0, MOST)
    if (seen.size > MOST * 8) {
      seen.clear()
      rows.value.forEach((row) => seen.add(row.id))
    }
  }

  async function read(): Promise<void> {
    const community = communityId()
    if (!community || paused.value) return
    const mine = ++turn
    const query = {
      communityId: Number(community),
      iotId: doors().join(',') || undefined,
      pageSize: MOST,
    }
    try {
      const page = await answer(api.GET('/api/console/passes', { params: { query } }))
      if (mine !== turn || paused.value) return
      rows.value ??= []
      add(page.data)
    } catch {
      // The line is down: the stream says so, and reads again once it is back.
    }
  }

  function show(): void {
    gathering = undefined
    const passes = coming
    coming = []
    void Promise.all(passes.map((row) => drawn(row.pictureUrl))).then(() => add(passes))
  }

  const live = useLiveTopics<PassRow>(['pass'], communityId, ({ topic, data }) => {
    if (topic === 'missed') return void read()
    if (!wanted(data)) return
    coming.push(data)
    gathering ??= setTimeout(show, GATHER_MS)
  })
  const paused = live.paused

  function again(): void {
    rows.value = null
    seen.clear()
    coming = []
    void read()
  }
  watch([communityId, () => doors().join()], again, { immediate: true })
  watch(live.state, (state, before) => {
    if (state === 'live' && before !== 'live') void read()
  })
  const regular = setInterval(() => void read(), REFRESH_MS)
  const woken = () => document.visibilityState === 'visible' && void read()
  document.addEventListener('visibilitychange', woken)
  onScopeDispose(() => {
    clearInterval(regular)
    clearTimeout(gathering)
    document.removeEventListener('visibilitychange', woken)
  })

  const everLive = ref(false)
  watch(live.state, (state) => state === 'live' && (everLive.value = true))
  const broken = computed(
    () => live.state.value === 'lost' || (everLive.value && live.state.value === 'connecting'),
  )
  return { rows, live, broken }
}
