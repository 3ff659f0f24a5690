/** How a notice's state is coloured. */
export const TONES: Record<string, 'ok' | 'warn' | 'idle'> = {
  draft: 'idle',
  scheduled: 'warn',
  published: 'ok',
}
