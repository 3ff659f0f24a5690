"""A page that joins calls, with a microphone that no device has."""

from playwright.async_api import Browser, Playwright

from tests.browser.visit import CHROMIUM

FLAGS = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--no-sandbox",
]
JOIN = """async (offer) => {
  const peer = (window.peer = new RTCPeerConnection())
  const { promise: heard, resolve } = Promise.withResolvers()
  peer.ontrack = resolve
  await peer.setRemoteDescription({ type: 'offer', sdp: offer })
  const voice = await navigator.mediaDevices.getUserMedia({ audio: true })
  for (const transceiver of peer.getTransceivers()) {
    if (transceiver.receiver.track.kind === 'audio') {
      transceiver.direction = 'sendrecv'
      await transceiver.sender.replaceTrack(voice.getAudioTracks()[0])
    }
  }
  await peer.setLocalDescription(await peer.createAnswer())
  return peer.localDescription.sdp
}"""


async def launch(playwright: Playwright) -> Browser:
    return await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
