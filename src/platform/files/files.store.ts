import type { Queryable, Tx } from '../database/database.ts'

export interface FileRow {
  hash: string
  size: number
  mime: string
}

export async function findFile(db: Queryable, projectId: number, hash: string): Promise<FileRow | undefined> {
  const [row] = await db.query<{ hash: string; size: string; mime: string }>(
    'select hash, size::text as size, mime from files where project_id = $1 and hash = $2',
    [projectId, hash],
  )
  return row && { ...row, size: Number(row.size) }
}

/** False when the project has the file already. */
export async function insertFile(tx: Tx, projectId: number, file: FileRow, now: Date): Promise<boolean> {
  const rows = await tx.query(
    `insert into files (project_id, hash, size, mime, created_at) values ($1, $2, $3, $4, $5::timestamptz)
     on conflict do nothing returning hash`,
    [projectId, file.hash, file.size, file.mime, now.toISOString()],
  )
  return rows.length > 0
}

export async function insertPiece(
  tx: Tx,
  projectId: number,
  hash: string,
  place: number,
  piece: Buffer,
): Promise<void> {
  await tx.query(
    `insert into file_pieces (project_id, hash, place, content) values ($1, $2, $3, decode($4, 'base64'))`,
    [projectId, hash, place, piece.toString('base64')],
  )
}

/** Undefined behind the last one. */
export async function readPiece(
  db: Queryable,
  projectId: number,
  hash: string,
  place: number,
): Promise<Buffer | undefined> {
  const [row] = await db.query<{ content: string }>(
    `select encode(content, 'base64') as content from file_pieces where project_id = $1 and hash = $2 and place = $3`,
    [projectId, hash, place],
  )
  return row && Buffer.from(row.content, 'base64')
}
