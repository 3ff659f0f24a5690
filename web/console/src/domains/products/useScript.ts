import { useAction, useResource } from '@linli/shared'
import { answer, api } from '@/api/client'
import type { components } from '@/api/schema'

export type ScriptVersion = components['schemas']['ScriptVersion']
export type ScriptTrialRequest = components['schemas']['ScriptTrialRequest']
export type ScriptTrialResult = components['schemas']['ScriptTrialResult']

export function useScript(productKey: () => string) {
  const params = () => ({ path: { product_key: productKey() } })
  const script = useResource(
    () => answer(api.GET('/api/console/products/{product_key}/script', { params: params() })),
    [productKey],
  )
  const save = useAction((source: string, draftVersion: number) =>
    answer(
      api.PUT('/api/console/products/{product_key}/script/draft', {
        params: params(),
        body: { source, draftVersion },
      }),
    ),
  )
  const publish = useAction((draftVersion: number) =>
    answer(
      api.POST('/api/console/products/{product_key}/script/publish', {
        params: params(),
        body: { draftVersion },
      }),
    ),
  )
  const attempt = useAction((body: ScriptTrialRequest) =>
    answer(api.POST('/api/console/products/{product_key}/script/trial', { params: params(), body })),
  )
  const load = useAction((version: number) =>
    answer(
      api.GET('/api/console/products/{product_key}/script/versions/{version}', {
        params: { path: { product_key: productKey(), version } },
      }),
    ),
  )
  return { script, save, publish, attempt, load }
}

/** The three functions, with what goes in and what comes out. */
export const SCRIPT_TEMPLATE = `// bytes: array of 0..255, as the device sent them.
// Returns a message of the thing model.
function rawDataToProtocol(bytes) {
  var data = new DataView(new Uint8Array(bytes).buffer);
  return {
    method: 'thing.event.property.post',
    version: '1.0',
    id: String(data.getUint32(1)),
    params: { Temperature: data.getInt16(5) / 10 },
  };
}

// message: a call such as {method: 'thing.service.property.set', id, params},
// or our reply to what came up, {id, code, data, message, method}.
// Returns an array of bytes.
function protocolToRawData(message) {
  var id = parseInt(message.id);
  var head = [0, id >>> 24, (id >>> 16) & 0xff, (id >>> 8) & 0xff, id & 0xff];
  if (message.method === 'thing.service.property.set') head[0] = 1;
  return head;
}

// For custom topics that end in ?_sn=default. Returns an object.
function transformPayload(topic, bytes) {
  return { topic: topic, length: bytes.length };
}
`
