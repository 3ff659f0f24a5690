/** The browser's end of a tunnel: it opens once with its path, and tells why it is over. */
export class Tunnel {
  onJoined: (untilMs: number) => void = () => undefined
  onBytes: (data: Uint8Array) => void = () => undefined
  onText: (message: Record<string, unknown>) => void = () => undefined
  onOver: (why: string) => void = () => undefined
  private readonly socket: WebSocket
  private over = false

  constructor(path: string) {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    this.socket = new WebSocket(`${scheme}://${location.host}${path}`)
    this.socket.binaryType = 'arraybuffer'
    this.socket.onmessage = (event) => this.take(event.data as string | ArrayBuffer)
    this.socket.onclose = () => this.finish('broken')
  }

  private take(data: string | ArrayBuffer): void {
    if (typeof data !== 'string') {
      this.onBytes(new Uint8Array(data))
      return
    }
    const message = JSON.parse(data) as Record<string, unknown>
    if (message['joined']) this.onJoined(Number(message['untilMs']))
    else if (typeof message['ended'] === 'string') this.finish(message['ended'])
    else this.onText(message)
  }

  private finish(why: string): void {
    if (this.over) return
    this.over = true
    this.onOver(why)
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(data)
  }

  close(): void {
    this.finish('person')
    this.socket.close()
  }
}

export interface Entry {
  name: string
  kind: 'folder' | 'file' | 'link' | 'other'
  size: number
  changedMs: number
}

interface Waiting {
  done: (ok: unknown) => void
  failed: (error: Error) => void
  pieces: Uint8Array<ArrayBuffer>[]
  progress: (bytes: number) => void
}

/** Questions about the box's files, answered through a tunnel of kind `files`. */
export class Files {
  private number = 0
  private readonly waiting = new Map<number, Waiting>()

  constructor(private readonly tunnel: Tunnel) {
    tunnel.onText = (message) => this.reply(message)
    tunnel.onBytes = (data) => this.piece(data)
  }

  async list(path: string): Promise<Entry[]> {
    return (await this.ask('files.list', path)).ok as Entry[]
  }

  async read(path: string, progress: (bytes: number) => void): Promise<Blob> {
    return new Blob((await this.ask('files.read', path, progress)).pieces)
  }

  /** The tunnel is gone: whoever waits is told. */
  drop(why: string): void {
    for (const value of this.waiting.values()) value.failed(new Error(why))
    this.waiting.clear()
  }

  private ask(
    question: string,
    path: string,
    progress: (bytes: number) => void = () => undefined,
  ): Promise<{ ok: unknown; pieces: Uint8Array<ArrayBuffer>[] }> {
    const id = ++this.number
    const pieces: Uint8Array<ArrayBuffer>[] = []
    return new Promise((done, failed) => {
      this.waiting.set(id, { done: (ok) => done({ ok, pieces }), failed, pieces, progress })
      this.tunnel.send(JSON.stringify({ id, do: question, with: { path } }))
    })
  }

  private reply(message: Record<string, unknown>): void {
    const id = Number(message['id'])
    const request = this.waiting.get(id)
    if (!request) return
    this.waiting.delete(id)
    const error = message['error'] as { message: string } | undefined
    if (error) request.failed(new Error(error.message))
    else request.done(message['ok'])
  }

  private piece(data: Uint8Array): void {
    const id = new DataView(data.buffer, data.byteOffset).getUint32(0)
    const request = this.waiting.get(id)
    if (!request) return
    request.pieces.push(data.slice(4) as Uint8Array<ArrayBuffer>)
    request.progress(request.pieces.reduce((sum, piece) => sum + piece.length, 0))
  }
}
