import type { HistoryTable } from './prune-history.ts'

/** Deliveries that are over, with their attempts, and changes that every reader of the log has seen. */
export const platformHistory: HistoryTable[] = [
  { table: 'deliveries', made: 'created_at', over: 'r.finished_at < $1::timestamptz' },
  {
    table: 'changes',
    made: 'at',
    over: 'not exists (select 1 from cursors c where (c.xact, c.change_id) < (r.xact, r.id))',
  },
]
