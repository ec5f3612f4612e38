# SPDX-License-Identifier: Apache-2.0
"""The one error that the importers raise."""


class ImportFailed(Exception):
    """The file is damaged, or it holds something that no lowering knows."""
