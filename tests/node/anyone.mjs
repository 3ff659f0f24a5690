// mqtt.js as a device, without any SDK: connects by each address in each version, posts a property, prints the reply.
import { createHmac } from 'node:crypto'
import mqtt from 'mqtt'

const { productKey, deviceName, deviceSecret, urls, authority } = JSON.parse(process.argv[2])
const topic = `/sys/${productKey}/${deviceName}/thing/event/property/post`
const post = JSON.stringify({ id: '1', version: '1.0', params: { LightSwitch: 1 } })

for (const [url, secureMode] of urls) {
  for (const protocolVersion of [4, 5]) {
    const now = String(Date.now())
    const text = `clientIdcdeviceName${deviceName}productKey${productKey}timestamp${now}`
    const client = await mqtt.connectAsync(url, {
      protocolVersion,
      clientId: `c|securemode=${secureMode},signmethod=hmacsha256,timestamp=${now}|`,
      username: `${deviceName}&${productKey}`,
      password: createHmac('sha256', deviceSecret).update(text).digest('hex'),
      ca: authority,
      reconnectPeriod: 0,
    })
    await client.subscribeAsync(`${topic}_reply`, { qos: 1 })
    const heard = new Promise((resolve) => client.once('message', (_, payload) => resolve(payload)))
    await client.publishAsync(topic, post, { qos: 1 })
    console.log(JSON.stringify([url, protocolVersion, JSON.parse(await heard).code]))
    await client.endAsync()
  }
}
