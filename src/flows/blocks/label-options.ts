import { z } from 'zod'

/** The options of the blocks that put labels on a contact or take them off. */
export const labelOptionsSchema = z.strictObject({
  labels: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(50)
    .describe('The labels; placeholders are filled in, empty ones are left out.'),
})

/** The labels with their placeholders filled in, each once. */
export function filledLabels(labels: string[], render: (template: string) => string): string[] {
  return [...new Set(labels.map((label) => render(label).trim()))].filter((label) => label !== '')
}
