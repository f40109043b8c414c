// Drives stock Yjs clients for the tests: one JSON command per line in, one JSON event per line out.
//
// A command is {id, do, client, ...}; its answer is {id, result} or {id, error}. What a client notices by itself is
// {client, event, ...}. Clients are the providers as their packages ship them; nothing here speaks the protocol.

import { createInterface } from 'node:readline'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import WebSocket from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

const clients = new Map()

// In a browser a socket that is closed while it opens is an event that nobody need hear. In `ws` it is an 'error' that ends the
// process where nobody listens, and providers take their listeners away before they close.
class SteadyWebSocket extends WebSocket {
  constructor(...options) {
    super(...options)
    this.on('error', () => {})
  }
}

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)

function openYWebsocket(name, { url, document, token, protocols = [] }) {
  const doc = new Y.Doc()
  const provider = new WebsocketProvider(`${url}/collab`, document, doc, {
    WebSocketPolyfill: SteadyWebSocket,
    disableBc: true,
    params: token === undefined ? {} : { token },
    protocols,
  })
  provider.on('sync', (synced) => say({ client: name, event: 'synced', synced }))
  provider.on('status', ({ status }) => say({ client: name, event: 'status', status }))
  provider.on('connection-close', (event) => say({ client: name, event: 'closed', code: event?.code ?? null }))
  return { doc, provider, awareness: provider.awareness, unsynced: () => null }
}

function openHocuspocus(name, { url, document, token, sessionAwareness = false }) {
  const doc = new Y.Doc()
  const socket = new HocuspocusProviderWebsocket({
    url: `${url}/hocuspocus`,
    WebSocketPolyfill: SteadyWebSocket,
    delay: 50,
    minDelay: 50,
  })
  const client = { token, wanted: true }
  // While it still closes, the provider passes over a wish to connect, and then stays away.
  socket.on('status', ({ status }) => {
    if (status === 'disconnected' && client.wanted && !socket.shouldConnect) {
      queueMicrotask(() => client.wanted && socket.connect())
    }
  })
  const provider = new HocuspocusProvider({
    name: document,
    document: doc,
    websocketProvider: socket,
    token: () => client.token,
    sessionAwareness,
  })
  provider.on('synced', ({ state }) => say({ client: name, event: 'synced', synced: state }))
  provider.on('status', ({ status }) => say({ client: name, event: 'status', status }))
  provider.on('authenticated', ({ scope }) => say({ client: name, event: 'authenticated', scope }))
  provider.on('authenticationFailed', ({ reason }) => say({ client: name, event: 'denied', reason }))
  provider.on('close', ({ event }) => say({ client: name, event: 'closed', code: event.code, reason: event.reason }))
  provider.attach()
  return Object.assign(client, {
    doc,
    provider,
    socket,
    awareness: provider.awareness,
    unsynced: () => provider.unsyncedChanges,
  })
}

// What a careless or hostile program may put anywhere.
const rubbish = () => [
  null,
  true,
  -1.5,
  Number.MAX_VALUE,
  'text',
  '',
  [1, [2, [3]]],
  { id: 5, title: { a: 1 }, page: -1, type: 'rectangle', x: 'left' },
  { id: 'k', type: 'text', x: 1e300, y: Infinity, width: {}, height: null, text: 7 },
  new Uint8Array([1, 2, 3]),
  new Y.Text('rich'),
  new Y.Map([['id', new Y.Array()]]),
  Y.Array.from([1, 'a', null]),
  new Y.XmlElement('p'),
]

// Roots are named by what fills them here, whatever they are for everybody else.
const fillings = {
  map(doc, root, keys) {
    const map = doc.getMap(root)
    rubbish().forEach((value, number) => map.set(keys[number] ?? `k${number}`, value))
  },
  array(doc, root) {
    doc.getArray(root).push(rubbish())
  },
  text(doc, root) {
    doc.getText(root).insert(0, 'words')
  },
  xml(doc, root) {
    doc.getXmlFragment(root).push([new Y.XmlElement('script')])
  },
}

const commands = {
  spoil(name, { roots, keys = [], as = Object.keys(fillings) }) {
    for (const root of roots) {
      for (const type of as) {
        // A document lets nobody use one root as two types; several programs together can.
        const doc = new Y.Doc()
        fillings[type](doc, root, keys)
        Y.applyUpdate(clients.get(name).doc, Y.encodeStateAsUpdate(doc))
      }
    }
  },
  open(name, options) {
    clients.set(name, (options.dialect === 'hocuspocus' ? openHocuspocus : openYWebsocket)(name, options))
  },
  set(name, { root, key, value }) {
    clients.get(name).doc.getMap(root).set(key, value)
  },
  push(name, { root, value }) {
    clients.get(name).doc.getArray(root).push([value])
  },
  insert(name, { root, index, text }) {
    clients.get(name).doc.getText(root).insert(index, text)
  },
  // At a share of the way through the text as it is now, between two characters.
  insertWithin(name, { root, share, text }) {
    const whole = clients.get(name).doc.getText(root)
    const characters = [...whole.toString()]
    whole.insert(characters.slice(0, Math.floor(share * characters.length)).join('').length, text)
  },
  read(name, { map, text }) {
    const { doc } = clients.get(name)
    return map === undefined ? doc.getText(text).toString() : doc.getMap(map).toJSON()
  },
  readArray(name, { array }) {
    return clients.get(name).doc.getArray(array).toJSON()
  },
  encode(name) {
    return Buffer.from(Y.encodeStateAsUpdate(clients.get(name).doc)).toString('base64')
  },
  apply(name, { update }) {
    Y.applyUpdate(clients.get(name).doc, Buffer.from(update, 'base64'))
  },
  unsynced(name) {
    return clients.get(name).unsynced()
  },
  announce(name, { state }) {
    clients.get(name).awareness.setLocalState(state)
  },
  presence(name) {
    return Object.fromEntries(clients.get(name).awareness.getStates())
  },
  clientId(name) {
    return clients.get(name).doc.clientID
  },
  token(name, { token }) {
    clients.get(name).token = token
  },
  disconnect(name) {
    const client = clients.get(name)
    client.wanted = false
    ;(client.socket ?? client.provider).disconnect()
  },
  connect(name) {
    const client = clients.get(name)
    client.wanted = true
    ;(client.socket ?? client.provider).connect()
  },
  close(name) {
    const client = clients.get(name)
    client.wanted = false
    client.provider.destroy()
    client.socket?.destroy()
    clients.delete(name)
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, do: command, client, ...options } = JSON.parse(line)
  try {
    say({ id, result: commands[command](client, options) ?? null })
  } catch (error) {
    say({ id, error: String(error) })
  }
}
process.exit(0)
