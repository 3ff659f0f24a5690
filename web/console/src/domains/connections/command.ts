import type { DeviceEntry } from './useConnections'

/** What the command is for; what is empty is left to fill in. */
export interface CommandDevice {
  productKey: string
  deviceName: string
  deviceSecret: string
}

/**
 * For a shell: sign the time, connect and report nothing; over TLS, where that is on, after fetching the authority.
 * A page that came over HTTPS may be signed by that very authority: the file is proved by its fingerprint alone.
 */
export function connectCommand(entry: DeviceEntry, origin: string, device: CommandDevice) {
  const tls = entry.tlsPort !== 0
  const lines = [
    `HOST=${entry.host} PORT=${tls ? entry.tlsPort : entry.plainPort}`,
    `PK='${device.productKey || 'PRODUCT-KEY'}' DN='${device.deviceName || 'DEVICE-NAME'}'`,
    `DS='${device.deviceSecret || 'DEVICE-SECRET'}'`,
  ]
  if (tls && entry.ownAuthority)
    lines.push(
      `curl -fsS${origin.startsWith('https:') ? 'k' : ''} ${origin}/ca.pem -o linli-ca.pem`,
      'openssl x509 -in linli-ca.pem -noout -fingerprint -sha256',
    )
  const trust = !tls ? '' : entry.ownAuthority ? '--cafile linli-ca.pem ' : '--tls-use-os-certs '
  lines.push(
    'T=$(date +%s)000',
    'P=$(printf "clientIdcdeviceName${DN}productKey${PK}timestamp$T" | openssl dgst -sha256 -hmac "$DS" | sed \'s/.* //\')',
    `mosquitto_pub ${trust}-h "$HOST" -p "$PORT" \\`,
    `  -i "c|securemode=${tls ? 2 : 3},signmethod=hmacsha256,timestamp=$T|" -u "$DN&$PK" -P "$P" -q 1 \\`,
    '  -t "/sys/$PK/$DN/thing/event/property/post" -m \'{"id":"1","version":"1.0","params":{}}\'',
  )
  return lines.join('\n')
}
