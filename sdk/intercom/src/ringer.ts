/** A two-tone ring without a sound file. Browsers let a page sound only after a touch; until then it is mute. */
export class Ringer {
  private context: AudioContext | null = null
  private timer: ReturnType<typeof setInterval> | undefined

  get sounding(): boolean {
    return this.timer !== undefined
  }

  start(): void {
    if (this.timer !== undefined) return
    this.ring()
    this.timer = setInterval(() => this.ring(), 3000)
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
    void this.context?.close().catch(() => undefined)
    this.context = null
  }

  private ring(): void {
    if (typeof AudioContext === 'undefined') return
    const context = (this.context ??= new AudioContext())
    const gain = new GainNode(context, { gain: 0.15 })
    gain.connect(context.destination)
    for (const [at, frequency] of [
      [0, 880],
      [0.4, 660],
    ] as const) {
      const tone = new OscillatorNode(context, { frequency })
      tone.connect(gain)
      tone.start(context.currentTime + at)
      tone.stop(context.currentTime + at + 0.35)
    }
  }
}
