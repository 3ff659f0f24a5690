// The vendor's Node SDK as it comes, driven over standard input. A line in is a call: {thing, call, args, answers}; a line
// out is what a callback was given: {event, thing, told}. The first argument is the configuration of the first thing.
'use strict'
const readline = require('node:readline')
const iot = require('alibabacloud-iot-device-sdk')

const tell = (event, thing, ...told) => process.stdout.write(JSON.stringify({ event, thing, told }) + '\n')
const { kind, services, ...config } = JSON.parse(process.argv[2])
const things = {}

function follow(name, thing) {
  things[name] = thing
  for (const event of ['connect', 'close']) thing.on(event, () => tell(event, name))
  thing.on('error', (error) => tell('error', name, String(error)))
  thing.onProps((message) => tell('props', name, message))
  thing.onShadow((message) => tell('shadow', name, message))
  thing.onConfig((message) => tell('config', name, message))
  for (const [service, { way, data }] of Object.entries(services))
    thing.onService(service, (message, reply) => {
      tell('service', name, message)
      reply({ id: message.id, code: 200, data }, way)
    })
}

if (kind === 'register') {
  iot.register(config, (answer) => tell('answer', 'register', answer))
} else {
  follow('main', iot[kind](config))
  readline.createInterface({ input: process.stdin }).on('line', (line) => {
    const { thing, call, args, answers } = JSON.parse(line)
    const given = answers ? [...args, (answer) => tell('answer', thing, answer)] : args
    const made = things[thing][call](...given)
    if (call === 'login') follow(args[0].deviceName, made)
  })
}
