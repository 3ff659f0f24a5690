// A door's own format: command (1 byte), id (4 bytes), then what the command carries. Numbers are big endian.
var REPORT = 0x00, SET = 0x01, REPORT_REPLY = 0x02, SET_REPLY = 0x03, EVENT = 0x04, CALL = 0x05, CALL_REPLY = 0x06;

function view(bytes) {
  var octets = new Uint8Array(bytes.length);
  for (var i = 0; i < bytes.length; i++) octets[i] = bytes[i] & 0xff;
  return new DataView(octets.buffer);
}

function rawDataToProtocol(bytes) {
  var data = view(bytes);
  var command = data.getUint8(0);
  var message = {version: '1.0', id: '' + data.getUint32(1)};
  if (command === REPORT) {
    message.method = 'thing.event.property.post';
    message.params = {Temperature: data.getInt16(5) / 10, LightSwitch: data.getUint8(7)};
  } else if (command === EVENT) {
    message.method = 'thing.event.passEvent.post';
    message.params = {code: data.getUint16(5), type: 'card'};
  } else if (command === SET_REPLY || command === CALL_REPLY) {
    message.code = '' + data.getUint8(5);
    message.data = command === CALL_REPLY ? {code: data.getUint8(6)} : {};
  } else {
    throw new Error('no such command: ' + command);
  }
  return message;
}

function protocolToRawData(message) {
  var head = [0, 0, 0, 0, 0];
  var id = parseInt(message.id);
  for (var i = 0; i < 4; i++) head[4 - i] = (id >>> (8 * i)) & 0xff;
  if (message.method === 'thing.service.property.set') {
    head[0] = SET;
    return head.concat([message.params.LightSwitch]);
  }
  if (message.method === 'thing.service.CloudCallElevator') {
    head[0] = CALL;
    return head.concat([message.params.Floor]);
  }
  if (message.code !== undefined) {
    head[0] = REPORT_REPLY;
    return head.concat([message.code === 200 ? 0 : 1]);
  }
  throw new Error('nothing for ' + message.method);
}

function transformPayload(topic, bytes) {
  return {from: topic.split('/').pop().split('?')[0], level: bytes[0]};
}
