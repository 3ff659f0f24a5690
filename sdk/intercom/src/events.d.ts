/** As far as JsSIP's types need Node's. */
declare module 'events' {
  export class EventEmitter {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    on(event: string, listener: (...told: any[]) => void): this
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    removeListener(event: string, listener: (...told: any[]) => void): this
  }
}
