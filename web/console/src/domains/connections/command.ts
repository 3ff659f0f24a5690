import type { DeviceEntry } from './useConnections'

/** For a shell: fetch the authority, sign the time, connect over TLS and report nothing. The secret is left to fill in. */
export function connectCommand(entry: DeviceEntry, origin: string, productKey: string, deviceName: string) {
  const lines = [
    `HOST=${entry.host} PORT=${entry.tlsPort}`,
    `PK='${productKey || 'PRODUCT-KEY'}' DN='${deviceName || 'DEVICE-NAME'}' DS='DEVICE-SECRET'`,
  ]
  if (entry.ownAuthority)
    lines.push(
      `curl -fsS ${origin}/ca.pem -o linli-ca.pem`,
      'openssl x509 -in linli-ca.pem -noout -fingerprint -sha256',
    )
  lines.push(
    'T=$(date +%s)000',
    'P=$(printf "clientIdcdeviceName${DN}productKey${PK}timestamp$T" | openssl dgst -sha256 -hmac "$DS" | sed \'s/.* //\')',
    `mosquitto_pub ${entry.ownAuthority ? '--cafile linli-ca.pem' : '--tls-use-os-certs'} -h "$HOST" -p "$PORT" \\`,
    '  -i "c|securemode=2,signmethod=hmacsha256,timestamp=$T|" -u "$DN&$PK" -P "$P" -q 1 \\',
    '  -t "/sys/$PK/$DN/thing/event/property/post" -m \'{"id":"1","version":"1.0","params":{}}\'',
  )
  return lines.join('\n')
}
