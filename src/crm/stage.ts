import { z } from 'zod'
import { nameSchema } from './create-spot.ts'
import type { StageType } from './crm.table.ts'

export const stageTypes = ['unprocessed', 'open', 'won', 'lost', 'archive'] as const satisfies readonly StageType[]

export const colorSchema = z
  .string()
  .regex(/^#[0-9a-f]{6}$/i, 'expected a colour such as #3b82f6')
  .toLowerCase()

export const newStageSchema = z.strictObject({
  name: nameSchema,
  type: z.enum(stageTypes).default('open'),
  color: colorSchema.optional(),
})

export interface StageShape {
  name: string
  type: StageType
  color: string
}

/** The colour of a stage for which none was chosen. */
export const defaultColors: Record<StageType, string> = {
  unprocessed: '#94a3b8',
  open: '#3b82f6',
  won: '#22c55e',
  lost: '#ef4444',
  archive: '#64748b',
}

/** The stages of a new funnel: those asked for, and what every funnel needs besides. */
export function completeStages(asked: z.output<typeof newStageSchema>[]): StageShape[] {
  const stages = asked.map(({ name, type, color }) => ({ name, type, color: color ?? defaultColors[type] }))
  const missing = (type: StageType, name: string): StageShape[] =>
    stages.some((stage) => stage.type === type)
      ? []
      : [{ name: freeName(name, stages), type, color: defaultColors[type] }]
  return [
    ...missing('unprocessed', 'Unprocessed'),
    ...missing('open', 'In progress'),
    ...stages,
    ...missing('won', 'Won'),
    ...missing('lost', 'Lost'),
    ...missing('archive', 'Archive'),
  ]
}

function freeName(name: string, stages: StageShape[]): string {
  return stages.some((stage) => stage.name === name) ? `${name} (closed)` : name
}
