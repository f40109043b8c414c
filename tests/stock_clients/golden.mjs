// Prints what Yjs, y-protocols and lib0 themselves write, and how they read it: the yardstick of our own codec and walker.
//
//   node golden.mjs > ../unit/collab_server/golden.json

import * as encoding from 'lib0/encoding'
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'

const base64 = (bytes) => Buffer.from(bytes).toString('base64')

function document(client, work, { gc = true } = {}) {
  const doc = new Y.Doc({ gc })
  doc.clientID = client
  const updates = []
  doc.on('update', (update) => updates.push(update))
  work(doc)
  return { doc, updates: [...updates, Y.encodeStateAsUpdate(doc)] }
}

const documents = {
  text: document(1, (doc) => {
    const text = doc.getText('text')
    text.insert(0, 'Zoë 🎓 writes')
    text.format(1, 3, { bold: true, link: { href: 'https://example.org', list: [1, null] } })
    text.insertEmbed(2, { image: 'a.png', width: 12.5 })
    text.insert(5, '👩‍🏫')
    text.delete(1, 2)
  }),
  array: document(4294967295, (doc) => {
    const array = doc.getArray('array')
    array.insert(0, [0, -0, 1, -1, 63, -64, 64, 2 ** 31, -(2 ** 31), 2 ** 40, 2 ** 53 - 1, 1.5, 1e300, NaN, Infinity])
    array.push(['', 'Zoë 🎓', null, true, false, { big: 12345678901234567n, less: -1n }, new Uint8Array([1, 2, 3])])
    array.push([{ a: { b: [1, [2, [3]]], u: undefined }, c: new Uint8Array([255]) }, [[], {}]])
    array.delete(2, 3)
  }),
  map: document(2 ** 40, (doc) => {
    const map = doc.getMap('map')
    map.set('key', 1)
    map.set('key', 'two')
    map.set('undefined', undefined)
    map.set('bytes', new Uint8Array(300))
    map.set('inner', new Y.Map([['array', new Y.Array()]]))
    map.get('inner').get('array').push([new Y.Text('hello'), new Y.Map()])
    map.delete('key')
  }),
  xml: document(3, (doc) => {
    const fragment = doc.getXmlFragment('xml')
    const paragraph = new Y.XmlElement('p')
    fragment.insert(0, [paragraph, new Y.XmlElement('hr')])
    paragraph.setAttribute('class', 'lead')
    paragraph.insert(0, [new Y.XmlText('words')])
    fragment.delete(1, 1)
  }),
  subdocument: document(5, (doc) => {
    doc.getMap('map').set('page', new Y.Doc({ guid: 'page-1', autoLoad: true, meta: { n: 1 } }))
  }),
  collected: document(6, (doc) => {
    const array = doc.getArray('array')
    array.push([new Y.Map([['a', 1], ['b', new Y.Text('gone')]])])
    array.delete(0, 1)
    array.push(['stays'])
  }),
  uncollected: document(
    7,
    (doc) => {
      doc.getText('text').insert(0, 'abcdef')
      doc.getText('text').delete(1, 3)
    },
    { gc: false },
  ),
  empty: document(8, () => {}),
}

// Two authors, so that one update carries several clients which need each other.
const first = documents.text.doc
const second = new Y.Doc()
second.clientID = 9
Y.applyUpdate(second, Y.encodeStateAsUpdate(first))
second.getText('text').insert(3, 'between')
second.getText('text').delete(0, 2)
documents.together = { doc: second, updates: [Y.encodeStateAsUpdate(second), Y.encodeStateAsUpdate(second, Y.encodeStateVector(first))] }

// A Skip: two updates of one author without the one between them.
const { updates } = documents.uncollected
const apart = document(10, (doc) => {
  for (const word of ['one', 'two', 'three']) doc.getArray('array').push([word])
})
documents.gap = { doc: apart.doc, updates: [Y.mergeUpdates([apart.updates[0], apart.updates[2]]), updates[1]] }

function described(update) {
  const { structs, ds } = Y.decodeUpdate(update)
  const fresh = new Y.Doc()
  Y.applyUpdate(fresh, update)
  const adds = structs
    .filter((struct) => !(struct instanceof Y.Skip))
    .map(({ id, length }) => [id.client, id.clock, id.clock + length])
  return {
    update: base64(update),
    adds,
    deletes: [...ds.clients].flatMap(([client, runs]) => runs.map(({ clock, len }) => [client, clock, clock + len])),
    has_gap: structs.some((struct) => struct instanceof Y.Skip),
    applies_alone: fresh.store.pendingStructs === null && fresh.store.pendingDs === null,
  }
}

function written(write) {
  const encoder = encoding.createEncoder()
  write(encoder)
  return base64(encoding.toUint8Array(encoder))
}

const awareness = new Awareness(documents.text.doc)
awareness.setLocalState({ pointer: { x: 1.5, y: -2 }, name: 'Zoë 🎓', cut: '🎓'.slice(0, 1) })
clearInterval(awareness._checkInterval)
const present = encodeAwarenessUpdate(awareness, [awareness.clientID])
awareness.setLocalState(null)

const framed = (type, write) => written((encoder) => (encoding.writeVarUint(encoder, type), write(encoder)))

const golden = {
  uints: [0, 1, 127, 128, 16383, 16384, 2 ** 31, 2 ** 32, 2 ** 53 - 1].map((value) => [
    value,
    written((encoder) => encoding.writeVarUint(encoder, value)),
  ]),
  strings: ['', 'a', 'Zoë', '🎓', 'x'.repeat(200)].map((value) => [
    value,
    written((encoder) => encoding.writeVarString(encoder, value)),
  ]),
  frames: {
    sync_step_1: framed(0, (encoder) => sync.writeSyncStep1(encoder, documents.together.doc)),
    sync_step_2: framed(0, (encoder) => sync.writeSyncStep2(encoder, documents.together.doc)),
    update: framed(0, (encoder) => sync.writeUpdate(encoder, documents.text.updates[0])),
    presence: framed(1, (encoder) => encoding.writeVarUint8Array(encoder, present)),
    absence: framed(1, (encoder) =>
      encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, [awareness.clientID])),
    ),
    query: framed(3, () => {}),
  },
  updates: Object.entries(documents).flatMap(([name, { updates: all }]) =>
    all.map((update, number) => ({ name: `${name} ${number}`, ...described(update) })),
  ),
  documents: Object.fromEntries(
    Object.entries(documents).map(([name, { doc }]) => [
      name,
      {
        state: base64(Y.encodeStateAsUpdate(doc)),
        state_vector: base64(Y.encodeStateVector(doc)),
        snapshot: base64(Y.encodeSnapshot(Y.snapshot(doc))),
      },
    ]),
  ),
}
process.stdout.write(`${JSON.stringify(golden, null, 1)}\n`)
process.exit(0)
