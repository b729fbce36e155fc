// SPDX-License-Identifier: MIT
// The mark of the project.

export const Mark = () => (
  <svg class="mark-icon" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" /><path d="M9 22v-6M16 22V10M23 22v-9" />
  </svg>
);
