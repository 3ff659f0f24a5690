// The visitor's own phone at an entrance: camera and microphone, one call at a time, and what became of it.
'use strict'
const $ = (id) => document.getElementById(id)
const words = JSON.parse($('words').textContent)
const base = location.pathname.replace(/\/+$/, '')
const PAGE = 'linli.bell'
const POLL_MS = 1000
let peer = null
let media = null
let timer = 0

/** The name of this tab: it has one call at a time, also after a reload. */
function pageName() {
  let name = sessionStorage.getItem(PAGE)
  if (!name) {
    name = Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, '0')).join('')
    sessionStorage.setItem(PAGE, name)
  }
  return name
}

async function ask(what, more) {
  const answered = await fetch(`${base}/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ page: pageName(), ...more }),
  })
  const told = await answered.json()
  if (!answered.ok) throw new Error(told.message || words.failed)
  return told
}

/** Camera and microphone, or one of them, or neither: then the home is rung all the same. */
async function devices() {
  if (!window.isSecureContext || !navigator.mediaDevices) return { lack: words.insecure, stream: null }
  const camera = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15, max: 20 }, facingMode: 'user' }
  const voice = { echoCancellation: true, noiseSuppression: true }
  let refused = ''
  for (const [video, audio, lack] of [
    [camera, voice, ''],
    [camera, false, words.noMicrophone],
    [false, voice, words.noCamera],
  ]) {
    try {
      return { lack, stream: await navigator.mediaDevices.getUserMedia({ video, audio }) }
    } catch (error) {
      if (error.name === 'NotAllowedError') refused = words.denied
    }
  }
  return { lack: refused || words.noDevice, stream: null }
}

function show(element, text) {
  element.textContent = text
  element.hidden = !text
}

function fault(text) {
  show($('fault'), text)
  if (text) $('room').setAttribute('aria-invalid', 'true')
  else $('room').removeAttribute('aria-invalid')
}

async function call() {
  if (peer) return
  if (!$('room').value.trim()) {
    fault(words.required)
    $('room').focus()
    return
  }
  fault('')
  if (typeof RTCPeerConnection === 'undefined') {
    show($('lack'), words.noCalls)
    return
  }
  const fresh = (peer = new RTCPeerConnection())
  $('form').hidden = true
  $('talk').hidden = false
  show($('open'), '')
  $('state').textContent = words.asking
  $('end').focus()
  try {
    const found = await devices()
    if (fresh !== peer) {
      for (const track of found.stream?.getTracks() ?? []) track.stop()
      return
    }
    media = found.stream
    show($('lack'), found.lack)
    const voice = media?.getAudioTracks()[0]
    const camera = media?.getVideoTracks()[0]
    $('me').hidden = !camera
    $('me').srcObject = media
    fresh.ontrack = ({ track }) => ($('other').srcObject = new MediaStream([track]))
    fresh.onconnectionstatechange = () => {
      if (fresh !== peer || fresh.connectionState !== 'failed') return
      void ask('end').catch(() => undefined)
      over(words.lost)
    }
    $('state').textContent = words.calling
    const offered = await ask('call', { room: $('room').value.trim() })
    if (fresh !== peer) return
    await fresh.setRemoteDescription({ type: 'offer', sdp: offered.description })
    for (const way of fresh.getTransceivers()) {
      const track = way.receiver.track.kind === 'audio' ? voice : camera
      way.direction = way.receiver.track.kind === 'audio' ? (track ? 'sendrecv' : 'recvonly') : track ? 'sendonly' : 'inactive'
      if (track) await way.sender.replaceTrack(track)
    }
    await fresh.setLocalDescription(await fresh.createAnswer())
    await ask('answer', { description: fresh.localDescription.sdp })
    if (fresh !== peer) return
    $('state').textContent = words.rings
    timer = setTimeout(follow, POLL_MS)
  } catch (error) {
    if (fresh === peer) over(error.message || words.failed)
  }
}

async function follow() {
  const fresh = peer
  let told = null
  try {
    told = await ask('state')
  } catch {
    // The next one may come through.
  }
  if (!fresh || fresh !== peer) return
  if (told) {
    if (told.opened) show($('open'), words.opened)
    if (told.state === 'over') {
      over(words[told.why] || words.ended)
      return
    }
    $('state').textContent = words[told.state]
    if (told.state === 'talks') void $('other').play().catch(() => undefined)
  }
  timer = setTimeout(follow, POLL_MS)
}

function over(text) {
  clearTimeout(timer)
  peer?.close()
  peer = null
  for (const track of media?.getTracks() ?? []) track.stop()
  media = null
  $('me').srcObject = null
  $('me').hidden = true
  $('state').textContent = text
  $('end').hidden = true
  $('form').hidden = false
  $('call').textContent = words.again
  $('call').focus()
}

$('form').addEventListener('submit', (event) => {
  event.preventDefault()
  $('end').hidden = false
  void call()
})
$('end').addEventListener('click', () => {
  void ask('end').catch(() => undefined)
  over(words.ended)
})
window.addEventListener('pagehide', () => {
  if (!peer) return
  navigator.sendBeacon(`${base}/end`, new Blob([JSON.stringify({ page: pageName() })], { type: 'application/json' }))
})
if (typeof RTCPeerConnection === 'undefined') show($('lack'), words.noCalls)
else if (!window.isSecureContext || !navigator.mediaDevices) show($('lack'), words.insecure)
