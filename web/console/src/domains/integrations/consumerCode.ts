/** Code that a subscriber can run as it is, but for the secrets: one sample for each delivery and language. */

export interface CodePlace {
  kind: string
  id: string
  appKey: string
  topic: string
  baseUrl: string
  /** host:port */
  mqtt: string
  /** host:port */
  amqp: string
}

export const LANGUAGES = ['python', 'java', 'node'] as const
export type Language = (typeof LANGUAGES)[number]

const split = (address: string) => {
  const at = address.lastIndexOf(':')
  return [address.slice(0, at), address.slice(at + 1)] as const
}

const samples: Record<string, Record<Language, (place: CodePlace) => string>> = {
  webhook: {
    python: () => `import hashlib, hmac, os, time
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = os.environ["WEBHOOK_SECRET"].encode()

class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        stamp = self.headers["X-Linli-Timestamp"]
        wanted = "sha256=" + hmac.new(SECRET, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        fresh = abs(time.time() * 1000 - int(stamp)) < 300_000
        genuine = fresh and hmac.compare_digest(wanted, self.headers["X-Linli-Signature"])
        if genuine:
            print(self.headers["X-Linli-Topic"], self.headers["X-Linli-Message-Id"], body)
        self.send_response(204 if genuine else 401)
        self.end_headers()

HTTPServer(("", 8000), Hook).serve_forever()`,
    java: () => `import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Hook {
  public static void main(String[] args) throws Exception {
    var secret = System.getenv("WEBHOOK_SECRET").getBytes();
    var server = HttpServer.create(new InetSocketAddress(8000), 0);
    server.createContext("/", exchange -> {
      try {
        var body = exchange.getRequestBody().readAllBytes();
        var headers = exchange.getRequestHeaders();
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        mac.update((headers.getFirst("X-Linli-Timestamp") + ".").getBytes());
        var wanted = "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
        var genuine = MessageDigest.isEqual(
            wanted.getBytes(), headers.getFirst("X-Linli-Signature").getBytes());
        if (genuine) System.out.println(headers.getFirst("X-Linli-Topic") + " " + new String(body));
        exchange.sendResponseHeaders(genuine ? 204 : 401, -1);
      } catch (Exception e) {
        exchange.sendResponseHeaders(500, -1);
      }
    });
    server.start();
  }
}`,
    node: () => `import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

createServer(async (request, response) => {
  const parts = []
  for await (const part of request) parts.push(part)
  const body = Buffer.concat(parts)
  const stamp = request.headers['x-linli-timestamp']
  const wanted = 'sha256=' + createHmac('sha256', process.env.WEBHOOK_SECRET).update(stamp + '.').update(body).digest('hex')
  const given = request.headers['x-linli-signature'] ?? ''
  const genuine = given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted))
  if (genuine) console.log(request.headers['x-linli-topic'], body.toString())
  response.writeHead(genuine ? 204 : 401).end()
}).listen(8000)`,
  },
  sse: {
    python: ({ baseUrl, id, appKey }) => `import base64, hashlib, hmac, os, time, uuid
import httpx

KEY, SECRET = "${appKey}", os.environ["APP_SECRET"]
PATH = "/subscriptions/${id}/events"

def signed() -> dict[str, str]:
    sent = {"x-ca-key": KEY, "x-ca-timestamp": str(int(time.time() * 1000)), "x-ca-nonce": str(uuid.uuid4())}
    lines = ["GET", "text/event-stream", "", "", "", *(f"{name}:{sent[name]}" for name in sorted(sent)), PATH]
    proof = hmac.new(SECRET.encode(), "\\n".join(lines).encode(), hashlib.sha256).digest()
    return sent | {
        "accept": "text/event-stream",
        "x-ca-signature-headers": ",".join(sent),
        "x-ca-signature": base64.b64encode(proof).decode(),
    }

last = ""  # keep it: whoever comes back with it misses nothing
while True:
    headers = signed() | ({"Last-Event-ID": last} if last else {})
    try:
        with httpx.stream("GET", "${baseUrl}" + PATH, headers=headers, timeout=30) as stream:
            stream.raise_for_status()
            for line in stream.iter_lines():
                if line.startswith("id: "):
                    number = line[4:]
                elif line.startswith("data: "):
                    print(line[6:])
                    last = number
    except httpx.HTTPError as error:
        print("again in 3 s:", error)
        time.sleep(3)`,
    java: ({ baseUrl, id, appKey }) => `import java.net.URI;
import java.net.http.*;
import java.util.*;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Stream {
  static final String KEY = "${appKey}", PATH = "/subscriptions/${id}/events";

  public static void main(String[] args) throws Exception {
    var client = HttpClient.newHttpClient();
    var last = "";
    while (true) {
      var sent = new TreeMap<>(Map.of("x-ca-key", KEY, "x-ca-nonce", UUID.randomUUID().toString(),
          "x-ca-timestamp", String.valueOf(System.currentTimeMillis())));
      var text = new StringBuilder("GET\\ntext/event-stream\\n\\n\\n\\n");
      sent.forEach((name, value) -> text.append(name).append(':').append(value).append('\\n'));
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(System.getenv("APP_SECRET").getBytes(), "HmacSHA256"));
      var proof = Base64.getEncoder().encodeToString(mac.doFinal((text + PATH).getBytes()));
      var request = HttpRequest.newBuilder(URI.create("${baseUrl}" + PATH))
          .header("accept", "text/event-stream").header("x-ca-signature", proof)
          .header("x-ca-signature-headers", String.join(",", sent.keySet()));
      sent.forEach(request::header);
      if (!last.isEmpty()) request.header("Last-Event-ID", last);
      var lines = client.send(request.build(), HttpResponse.BodyHandlers.ofLines()).body().iterator();
      while (lines.hasNext()) {
        var line = lines.next();
        if (line.startsWith("id: ")) last = line.substring(4);
        else if (line.startsWith("data: ")) System.out.println(line.substring(6));
      }
      Thread.sleep(3000);
    }
  }
}`,
    node: ({ baseUrl, id, appKey }) => `import { createHmac, randomUUID } from 'node:crypto'

const KEY = '${appKey}'
const PATH = '/subscriptions/${id}/events'
let last = ''

function signed() {
  const sent = { 'x-ca-key': KEY, 'x-ca-nonce': randomUUID(), 'x-ca-timestamp': String(Date.now()) }
  const lines = Object.entries(sent).map(([name, value]) => name + ':' + value)
  const text = ['GET', 'text/event-stream', '', '', '', ...lines, PATH].join('\\n')
  return {
    ...sent,
    accept: 'text/event-stream',
    'x-ca-signature-headers': Object.keys(sent).join(','),
    'x-ca-signature': createHmac('sha256', process.env.APP_SECRET).update(text).digest('base64'),
    ...(last ? { 'Last-Event-ID': last } : {}),
  }
}

for (;;) {
  try {
    const answer = await fetch('${baseUrl}' + PATH, { headers: signed() })
    let rest = ''
    for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + piece).split('\\n')
      rest = lines.pop()
      for (const line of lines) {
        if (line.startsWith('id: ')) last = line.slice(4)
        else if (line.startsWith('data: ')) console.log(line.slice(6))
      }
    }
  } catch (error) {
    console.error(error.message)
  }
  await new Promise((done) => setTimeout(done, 3000))
}`,
  },
  amqp: {
    python: ({ amqp, appKey, id }) => `# pip install python-qpid-proton
import hashlib, hmac, os, time
from proton.handlers import MessagingHandler
from proton.reactor import Container

KEY, SECRET = "${appKey}", os.environ["APP_SECRET"]

class Consumer(MessagingHandler):
    def on_start(self, event):  # a password is good once: sign the time for each connection
        name, now = "consumer-1", str(int(time.time() * 1000))
        proof = hmac.new(SECRET.encode(), (name + now).encode(), hashlib.sha256).hexdigest()
        connection = event.container.connect(
            "amqp://${amqp}", user=KEY, password=f"{name}|timestamp={now}|{proof}",
            allowed_mechs="PLAIN", allow_insecure_mechs=True, reconnect=False)
        event.container.create_receiver(connection, "/queues/${appKey}.${id}")

    def on_disconnected(self, event):
        event.container.schedule(1, self)

    on_timer_task = on_start

    def on_message(self, event):  # accepted when it returns
        print(event.message.properties["topic"], bytes(event.message.body))

Container(Consumer()).run()`,
    java: ({ amqp, appKey, id }) => {
      const [host, port] = split(amqp)
      return `// org.apache.qpid:protonj2-client
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.qpid.protonj2.client.*;

public class Consumer {
  public static void main(String[] args) throws Exception {
    String name = "consumer-1", now = String.valueOf(System.currentTimeMillis());
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(System.getenv("APP_SECRET").getBytes(), "HmacSHA256"));
    var proof = HexFormat.of().formatHex(mac.doFinal((name + now).getBytes()));
    var options = new ConnectionOptions()
        .user("${appKey}").password(name + "|timestamp=" + now + "|" + proof);
    try (var client = Client.create();
        var connection = client.connect("${host}", ${port}, options);
        var receiver = connection.openReceiver("/queues/${appKey}.${id}",
            new ReceiverOptions().autoAccept(false))) {
      while (true) {
        var delivery = receiver.receive();
        System.out.println(new String((byte[]) delivery.message().body()));
        delivery.accept();
      }
    }
  }
}`
    },
    node: ({ amqp, appKey, id }) => {
      const [host, port] = split(amqp)
      return `// npm install rhea
import { createHmac } from 'node:crypto'
import rhea from 'rhea'

const name = 'consumer-1'
rhea.on('message', ({ message, delivery }) => {
  console.log(message.application_properties.topic, message.body.content.toString())
  delivery.accept()
})
function start() {
  const now = String(Date.now()) // a password is good once: sign the time for each connection
  const proof = createHmac('sha256', process.env.APP_SECRET).update(name + now).digest('hex')
  const password = name + '|timestamp=' + now + '|' + proof
  rhea
    .connect({ host: '${host}', port: ${port}, username: '${appKey}', password, reconnect: false })
    .open_receiver({ source: '/queues/${appKey}.${id}', autoaccept: false })
}
rhea.on('disconnected', () => setTimeout(start, 1000))
start()`
    },
  },
  mqtt: {
    python: ({ mqtt, appKey, topic }) => {
      const [host, port] = split(mqtt)
      return `# pip install "paho-mqtt<2"
import hashlib, hmac, os, time
import paho.mqtt.client as mqtt

KEY, SECRET = "${appKey}", os.environ["APP_SECRET"]
while True:  # a password is good once: sign the time for each connection
    name, now = "consumer-1", str(int(time.time() * 1000))
    client = mqtt.Client(client_id=f"{name}|timestamp={now}|")
    client.username_pw_set(KEY, hmac.new(SECRET.encode(), (name + now).encode(), hashlib.sha256).hexdigest())
    client.on_connect = lambda c, *_: c.subscribe("${topic}", qos=1)
    client.on_message = lambda c, _, message: print(message.topic, message.payload)
    client.on_disconnect = lambda c, *_: c.disconnect()  # ends loop_forever
    try:
        client.connect("${host}", ${port})
        client.loop_forever()
    except OSError as error:
        print(error)
    time.sleep(1)`
    },
    java: ({ mqtt, appKey, topic }) => `// org.eclipse.paho:org.eclipse.paho.client.mqttv3
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.paho.client.mqttv3.*;

public class Consumer {
  public static void main(String[] args) throws Exception {
    String name = "consumer-1", now = String.valueOf(System.currentTimeMillis());
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(System.getenv("APP_SECRET").getBytes(), "HmacSHA256"));
    var options = new MqttConnectOptions();
    options.setUserName("${appKey}");
    options.setPassword(HexFormat.of().formatHex(mac.doFinal((name + now).getBytes())).toCharArray());
    var client = new MqttClient("tcp://${mqtt}", name + "|timestamp=" + now + "|");
    client.connect(options);
    client.subscribe("${topic}", 1, (topic, message) -> System.out.println(topic + " " + message));
  }
}`,
    node: ({ mqtt, appKey, topic }) => `// npm install mqtt
import { createHmac } from 'node:crypto'
import mqtt from 'mqtt'

const name = 'consumer-1'
function start() {
  const now = String(Date.now()) // a password is good once: sign the time for each connection
  const client = mqtt.connect('mqtt://${mqtt}', {
    clientId: name + '|timestamp=' + now + '|',
    username: '${appKey}',
    password: createHmac('sha256', process.env.APP_SECRET).update(name + now).digest('hex'),
    reconnectPeriod: 0,
  })
  client.on('connect', () => client.subscribe('${topic}', { qos: 1 }))
  client.on('message', (topic, payload) => console.log(topic, payload.toString()))
  client.on('error', console.error)
  client.on('close', () => setTimeout(start, 1000))
}
start()`,
  },
}

export function consumerCode(language: Language, place: CodePlace): string {
  return samples[place.kind]?.[language](place) ?? ''
}
