// Prints what a client of the zongji family sees, one JSON object a line, until a query with the text `until` comes.
//
//   node zongji.mjs '{"package": "@vlasky/zongji", "host": ..., "port": ..., "user": ..., "password": ...,
//                     "start": {"filename": ..., "position": ...} or {"gtidSet": ...},
//                     "databases": [...], "until": ...}'
//
// The packages lie in the folder that SLUICE_NODE_CLIENTS names.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const wanted = JSON.parse(process.argv[2]);
const load = createRequire(process.env.SLUICE_NODE_CLIENTS + '/package.json');

async function zongjiClass() {
  if (wanted.package === 'zongji') return load('zongji');
  return (await import(pathToFileURL(load.resolve(wanted.package)))).default;
}

function plain(value) {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.getTime();
  if (Buffer.isBuffer(value)) return { hex: value.toString('hex') };
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return value;
}

function print(object) {
  process.stdout.write(JSON.stringify(plain(object)) + '\n');
}

let ended = false;

function end(code, zongji) {
  ended = true;
  zongji.removeAllListeners('error');
  zongji.on('error', () => {});
  process.stdout.write('', () => process.exit(code));
}

const ZongJi = await zongjiClass();
const zongji = new ZongJi({ host: wanted.host, port: wanted.port, user: wanted.user, password: wanted.password,
                            ssl: wanted.ssl ? { rejectUnauthorized: false } : undefined });

zongji.on('binlog', (event) => {
  if (ended) return;
  const name = event.getEventName();
  const line = { event: name, next: event.nextPosition };
  if (event.gtid !== undefined) line.gtid = event.gtid;
  if (name === 'query') line.query = event.query;
  if (name === 'rotate') line.file = event.binlogName;
  if (name.endsWith('rows')) {
    const table = event.tableMap[event.tableId];
    line.table = table.parentSchema + '.' + table.tableName;
    line.rows = event.rows;
  }
  print(line);
  if (name === 'query' && event.query.includes(wanted.until)) end(0, zongji);
});
zongji.on('error', (error) => {
  print({ event: 'error', message: String(error.message), code: error.code });
  end(1, zongji);
});
zongji.start({
  serverId: wanted.serverId, ...wanted.start,
  includeSchema: Object.fromEntries(wanted.databases.map((database) => [database, true])),
  includeEvents: ['gtid', 'anonymousgtid', 'rotate', 'query', 'xid', 'tablemap',
                  'writerows', 'updaterows', 'deleterows'],
});
