/* What a microphone says, as cameras take it: 8,000 samples a second in G.711A (ITU-T G.711), 40 ms a message. */
const RATE = 8000
const MESSAGE = 320

function aLaw(sample) {
  const value = Math.max(-4096, Math.min(4095, Math.round(sample * 4096)))
  const size = value >= 0 ? value : ~value
  const segment = Math.max(32 - Math.clz32(size) - 5, 0)
  return ((segment << 4) | ((size >> Math.max(segment, 1)) & 15)) ^ (value >= 0 ? 0xd5 : 0x55)
}

class TalkVoice extends AudioWorkletProcessor {
  constructor() {
    super()
    this.sum = 0
    this.count = 0
    this.phase = 0
    this.samples = new Uint8Array(MESSAGE)
    this.filled = 0
  }

  /** The mean of what belongs to one sample of 8,000: enough of a filter for a voice. */
  process([input]) {
    for (const value of input?.[0] ?? []) {
      this.sum += value
      this.count += 1
      this.phase += RATE
      if (this.phase < sampleRate) continue
      this.phase -= sampleRate
      this.samples[this.filled++] = aLaw(this.sum / this.count)
      this.sum = this.count = 0
      if (this.filled < MESSAGE) continue
      this.port.postMessage(this.samples.slice())
      this.filled = 0
    }
    return true
  }
}

registerProcessor('talk-voice', TalkVoice)
