// Writes what three copies of Yjs do to one text, emojis and edits between their halves included: one JSON object per line, with
// the updates in an order in which a server may get them, and what all copies show in the end.
//
// `node cuts.mjs FIRST COUNT`: one line per seed.

import * as Y from 'yjs'

const WORDS = ['🎓', 'a🎓b', 'xé', '🎓🎓', 'word', 'Q']

function dice(seed) {
  let state = (seed * 2654435761) >>> 0 || 1
  return (sides) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % sides
  }
}

function play(seed) {
  const roll = dice(seed)
  const updates = []
  const copies = [1, 2, 3].map((id) => {
    const doc = new Y.Doc()
    doc.clientID = id
    const copy = { doc, waiting: [] }
    doc.on('update', (update, origin) => origin === 'remote' || copy.waiting.push(update))
    return copy
  })
  const send = (copy) => {
    for (const update of copy.waiting.splice(0)) {
      updates.push(Buffer.from(update).toString('base64'))
      for (const other of copies) if (other !== copy) Y.applyUpdate(other.doc, update, 'remote')
    }
  }
  for (let step = 0; step < 14; step += 1) {
    const copy = copies[roll(3)]
    const text = copy.doc.getText('text')
    if (text.length === 0 || roll(3) > 0) {
      text.insert(roll(text.length + 1), WORDS[roll(WORDS.length)])
    } else {
      const at = roll(text.length)
      text.delete(at, 1 + roll(Math.min(3, text.length - at)))
    }
    if (roll(2) > 0) send(copy)
  }
  copies.forEach(send)
  const clocks = Object.fromEntries(Y.decodeStateVector(Y.encodeStateVector(copies[0].doc)))
  return { seed, updates, texts: copies.map(({ doc }) => doc.getText('text').toString()), clocks }
}

const [first, count] = process.argv.slice(2).map(Number)
for (let seed = first; seed < first + count; seed += 1) console.log(JSON.stringify(play(seed)))
