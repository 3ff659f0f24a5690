// A phone of JsSIP as it comes, over its WebSocket: logs in, then calls a number or answers whoever calls. Signalling
// only: Node has no media, so the description of a peer connection is made up here. Prints a JSON line for each event.
'use strict'
globalThis.WebSocket = require('ws')
globalThis.navigator ??= {}
globalThis.window ??= globalThis

const SDP = [
  'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=audio 40000 RTP/AVP 8',
  'a=rtpmap:8 PCMA/8000', '',
].join('\r\n')

globalThis.RTCPeerConnection = class {
  constructor() {
    this.iceConnectionState = 'connected'
    this.iceGatheringState = 'complete'
    this.signalingState = 'stable'
  }
  addEventListener() {}
  removeEventListener() {}
  addTrack() {}
  getSenders() { return [] }
  getReceivers() { return [] }
  async createOffer() { return { type: 'offer', sdp: SDP } }
  async createAnswer() { return { type: 'answer', sdp: SDP } }
  async setLocalDescription(description) { this.localDescription = description }
  async setRemoteDescription(description) { this.remoteDescription = description }
  close() { this.signalingState = 'closed' }
}
globalThis.RTCSessionDescription = class {
  constructor(description) { Object.assign(this, description) }
}

const JsSIP = require('jssip')
const { url, uri, password, call } = JSON.parse(process.argv[2])
const say = (event, more = {}) => console.log(JSON.stringify({ event, ...more }))
const phone = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface(url)], uri, password, register: true, session_timers: false,
})
const options = { mediaConstraints: { audio: false, video: false } }

phone.on('registered', () => {
  say('registered')
  if (call) phone.call(call, options)
})
phone.on('registrationFailed', ({ cause }) => say('refused', { cause }))
phone.on('disconnected', () => say('disconnected'))
phone.on('newRTCSession', ({ session, originator }) => {
  say('session', { originator })
  session.on('confirmed', () => say('confirmed'))
  session.on('ended', ({ originator: by }) => say('ended', { by }))
  session.on('failed', ({ cause }) => say('failed', { cause }))
  session.on('newInfo', ({ info }) => say('info', { body: info.body }))
  if (originator === 'remote') session.answer(options)
})
process.stdin.on('data', () => {
  // Any line hangs up whatever there is.
  phone.terminateSessions()
})
process.stdin.on('end', () => process.exit(0))
phone.start()
