import { z } from 'zod'
import { type SettingsKind, secretNames } from '../secret-settings.ts'

/** How the API lists kinds of accounts that can be connected. */
export const accountKindsSchema = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      title: z.string(),
      settings: z.record(z.string(), z.unknown()).describe('JSON Schema.'),
      secrets: z.array(z.string()).describe('The settings that are sealed and never shown.'),
    }),
  ),
})

/** The kinds of a catalogue, as {@link accountKindsSchema} has it. */
export function showAccountKinds(
  catalogue: ReadonlyMap<string, SettingsKind & { title: string }>,
): z.infer<typeof accountKindsSchema> {
  return {
    items: [...catalogue.values()].map((definition) => ({
      kind: definition.kind,
      title: definition.title,
      settings: z.toJSONSchema(definition.settings, { io: 'input' }),
      secrets: secretNames(definition),
    })),
  }
}
