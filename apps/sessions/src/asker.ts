/** Who asks, and for which tenant: tokens of the subject, checked by the broker. */
export interface Asker {
  name: string;
  tenant: string;
}
