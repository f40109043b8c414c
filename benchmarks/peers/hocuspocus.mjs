// The example of Hocuspocus' documentation for its database extension, on the SQLite that Node.js brings along.
import { DatabaseSync } from 'node:sqlite'
import { Database } from '@hocuspocus/extension-database'
import { Server } from '@hocuspocus/server'

const [port, path] = process.argv.slice(2)
const sqlite = new DatabaseSync(path)
sqlite.exec('create table if not exists documents (name varchar(255) not null unique, data blob not null)')
const select = sqlite.prepare('select data from documents where name = ?')
const upsert = sqlite.prepare(
  'insert into documents (name, data) values (?, ?) on conflict (name) do update set data = excluded.data',
)

await new Server({
  address: '127.0.0.1',
  port: Number(port),
  quiet: true,
  extensions: [
    new Database({
      fetch: async ({ documentName }) => select.get(documentName)?.data ?? null,
      store: async ({ documentName, state }) => {
        upsert.run(documentName, state)
      },
    }),
  ],
}).listen()
